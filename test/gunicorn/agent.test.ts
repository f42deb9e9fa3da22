import { rmSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { type RunningAgent, startAgent } from "../support/agent.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { asInProduction, type Gunicorn, startGunicorn } from "../support/gunicorn.ts";
import { whoAnswers } from "../support/http.ts";
import { nonZero } from "../support/metrics.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, reduced } from "../support/seen.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** What the metrics page says of one socket, zeros left out. */
interface Page {
  readonly masters: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
  readonly verdict: Readonly<Record<string, number>>;
  readonly confirmed: Readonly<Record<string, number>>;
  /** Which types of memory are held where no new connection gets. */
  readonly orphanMemory: readonly string[];
  readonly incidents: Readonly<Record<string, number>>;
}

const oneMaster: Page = {
  masters: { serving: 1 },
  workers: { serving: 2 },
  verdict: { "one-master": 1 },
  confirmed: {},
  orphanMemory: [],
  incidents: {},
};

const duplicate: Page = {
  masters: { serving: 1, stale: 1 },
  workers: { serving: 2, stale: 2 },
  verdict: { duplicate: 1 },
  confirmed: {},
  orphanMemory: ["reclaimable", "rss"],
  incidents: {},
};

test("the incident, from the second start to the cure, on the metrics page and in the log", async () => {
  const folder = testFolder();
  const path = folder.at("sampleplatform.sock");
  const start = { ...asInProduction(folder), workers: 2 };
  const old = await startGunicorn(start);
  const agent = await startAgent(folder, {
    sockets: [{ path, pidfile: folder.at("gunicorn.pid") }],
    scan: { interval: "1s", confirm_for: "1s" },
  });
  expect(await pageOf(agent, path)).toEqual(oneMaster);

  rmSync(folder.at("gunicorn.pid"));
  const next = await startGunicorn(start);
  const answeredMs = performance.now();
  await waitFor(
    "the duplicate to be on the page",
    async () => (await pageOf(agent, path)).verdict["duplicate"] === 1,
    5_000,
  );
  const tookMs = Math.round(performance.now() - answeredMs);
  process.stderr.write(`on the metrics page ${tookMs} ms after the second group was up\n`);
  await waitFor("the duplicate to be confirmed", async () => {
    return Object.keys((await pageOf(agent, path)).confirmed).length > 0;
  });
  expect(await pageOf(agent, path)).toEqual({
    ...duplicate,
    confirmed: { [path]: 1 },
    incidents: { duplicate: 1 },
  });
  const [socket] = (await agent.report()).sockets;
  expect(socket).toMatchObject({
    confirmed: true,
    pidfile: { path: folder.at("gunicorn.pid"), pid: next.master.pid, names: "serving" },
  });
  expect(socket === undefined ? undefined : reduced(socket)).toEqual(
    expected("duplicate", [group("serving", next), group("stale", old)]),
  );

  await endStale(old);
  await waitFor("all to be well again", async () => {
    return (await pageOf(agent, path)).verdict["one-master"] === 1;
  });
  expect(await pageOf(agent, path)).toEqual({ ...oneMaster, incidents: { duplicate: 1 } });
  expect((await whoAnswers(path)).parent).toBe(next.master.pid);
  await agent.stop();
  // one line a change of state, however many scans saw it
  expect(changesIn(agent.log(), path)).toEqual([
    { level: 30, verdict: "one-master", confirmed: false },
    { level: 40, verdict: "duplicate", confirmed: false },
    { level: 40, verdict: "duplicate", confirmed: true },
    { level: 30, verdict: "one-master", confirmed: false },
  ]);
});

test("an agent that was told of no socket finds one that comes, tells its end, and sees the next", async () => {
  const folder = testFolder();
  const app = subFolder(folder, "app");
  const path = app.at("app.sock");
  const agent = await startAgent(folder, { scan: { interval: "10m" } });
  const first = await startGunicorn({ folder: app, workers: 2 });
  await waitFor("the new socket to be on the page", async () => {
    return (await pageOf(agent, path)).verdict["one-master"] === 1;
  });
  expect(await pageOf(agent, path)).toEqual(oneMaster);
  signal(first.master, "SIGTERM");
  await gone([first.master, ...first.workers]);
  const told = changesIn(agent.log(), path).length;
  const verdict = async (): Promise<string | undefined> =>
    (await agent.report()).sockets.find((socket) => socket.path === path)?.verdict;
  await waitFor("the end to be told", async () => (await verdict()) === "no-master");
  // with nobody asking and no scan due: its folder is still watched
  const second = await startGunicorn({ folder: app, workers: 2 });
  await waitFor("the next to be logged", () =>
    changesIn(agent.log(), path)
      .slice(told)
      .some((change) => change.verdict === "one-master"),
  );
  signal(second.master, "SIGTERM");
  await gone([second.master, ...second.workers]);
  rmSync(app.path, { recursive: true });
  await waitFor("the path to be let go with its folder", async () => {
    return (await verdict()) === undefined;
  });
  await agent.stop();
});

test("a second master is noticed by the bind itself, with nobody asking and no scan due", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const start = { folder, workers: 1 };
  await startGunicorn(start);
  const agent = await startAgent(folder, {
    sockets: [{ path }],
    scan: { interval: "10m", confirm_for: "1s" },
  });
  await startGunicorn(start);
  await waitFor("both states to be logged", () => changesIn(agent.log(), path).length >= 3);
  expect(changesIn(agent.log(), path).slice(-2)).toEqual([
    { level: 40, verdict: "duplicate", confirmed: false },
    { level: 40, verdict: "duplicate", confirmed: true },
  ]);
  await agent.stop();
});

/** The one safe way to end a stale group: its master neither unlinks nor replaces anything. */
async function endStale({ master, workers }: Gunicorn): Promise<void> {
  signal(master, "SIGSTOP");
  for (const worker of workers) {
    signal(worker, "SIGTERM");
  }
  await gone(workers);
  signal(master, "SIGKILL");
  await gone([master]);
}

/**
 * What the lines of a log say that are about this socket. Throws on a line that is no JSON.
 * Between bind and listen of a new master nobody owns the path: whether a look falls into that
 * moment is chance, so an unconfirmed `unreachable` is left out.
 */
function changesIn(
  log: string,
  path: string,
): readonly { readonly level: unknown; readonly verdict: unknown; readonly confirmed: unknown }[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
    .filter(({ socket }) => socket === path)
    .filter(({ verdict, confirmed }) => verdict !== "unreachable" || confirmed === true)
    .map(({ level, verdict, confirmed }) => ({ level, verdict, confirmed }));
}

async function pageOf(agent: RunningAgent, socket: string): Promise<Page> {
  const page = await agent.metrics();
  return {
    masters: nonZero(page, "onemaster_masters", { socket }, "role"),
    workers: nonZero(page, "onemaster_workers", { socket }, "role"),
    verdict: nonZero(page, "onemaster_socket_verdict", { socket }, "verdict"),
    confirmed: nonZero(page, "onemaster_duplicate_confirmed", { socket }, "socket"),
    orphanMemory: Object.keys(
      nonZero(page, "onemaster_orphan_memory_bytes", { socket }, "type"),
    ).toSorted(),
    incidents: nonZero(page, "onemaster_incidents_total", { socket }, "kind"),
  };
}
