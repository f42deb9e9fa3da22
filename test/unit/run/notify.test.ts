import { expect, test } from "vitest";
import { createNotifier, type Notifier } from "../../../agent/run/notify.ts";
import { fakeClock } from "./fake-clock.ts";
import { duplicate, report, socket } from "./reports.ts";

const one = report([socket()]);
const two = report([duplicate, socket({ path: "/run/b.sock" })]);
const status = {
  one: "STATUS=one-master: /run/app/app.sock",
  two: "STATUS=duplicate: /run/app/app.sock, of 2 sockets",
};

/** A notifier of pid 7 that has said nothing, and what it has sent since it was last asked. */
function start(env: NodeJS.ProcessEnv = { WATCHDOG_USEC: "180000000", WATCHDOG_PID: "7" }) {
  const clock = fakeClock();
  const sent: (readonly string[])[] = [];
  const warned: unknown[] = [];
  const state = { intervalMs: 15_000, broken: false };
  const notifier = createNotifier({
    env,
    pid: 7,
    intervalMs: () => state.intervalMs,
    clock,
    logger: { warn: (...words: unknown[]) => void warned.push(words[1]) },
    send: (assignments) => {
      if (state.broken) return Promise.reject(new Error("no systemd-notify here"));
      sent.push(assignments);
      return Promise.resolve();
    },
  });
  const said = async () => {
    await settled();
    return sent.splice(0);
  };
  return { clock, notifier, said, warned, state };
}

/** Lets everything that is only waiting for promises come about. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Scans that see one master, one every `everyMs`, for `forMs`. */
async function scans(
  { clock, notifier }: { clock: ReturnType<typeof fakeClock>; notifier: Notifier },
  { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number },
): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
    clock.pass(everyMs);
    notifier.scanned(one);
    // oxlint-disable-next-line no-await-in-loop -- what it has sent is known before the next
    await settled();
  }
}

test("is silent before the first scan is complete and the page answers", async () => {
  const { notifier, said } = start();
  notifier.scanned(one);
  expect(await said()).toEqual([]);
  notifier.ready(one);
  expect(await said()).toEqual([["READY=1", "WATCHDOG=1", status.one]]);
});

test("feeds the watchdog by scans alone, once in a third of its time", async () => {
  const agent = start();
  agent.notifier.ready(one);
  await agent.said();
  await scans(agent, { everyMs: 1_000, forMs: 59_000 });
  expect(await agent.said()).toEqual([]);
  await scans(agent, { everyMs: 1_000, forMs: 1_000 });
  expect(await agent.said()).toEqual([["WATCHDOG=1", status.one]]);
  // hung: time passes, no scan ends
  agent.clock.pass(600_000);
  expect(await agent.said()).toEqual([]);
});

test("is never silent for longer than the watchdog waits, at any interval", async () => {
  for (const intervalMs of [1_000, 15_000, 60_000, 61_000, 3_600_000]) {
    const agent = start();
    agent.state.intervalMs = intervalMs;
    agent.notifier.ready(one);
    const first = (await agent.said()).flat();
    const wanted = first.find((text) => text.startsWith("WATCHDOG_USEC="));
    const patienceMs = wanted === undefined ? 180_000 : Number(wanted.slice(14)) / 1_000;
    let silentMs = 0;
    for (let scan = 0; scan < 200; scan += 1) {
      await scans(agent, { everyMs: intervalMs, forMs: intervalMs });
      silentMs = (await agent.said()).length > 0 ? 0 : silentMs + intervalMs;
      expect(silentMs).toBeLessThan(patienceMs * 0.7);
    }
  }
});

test("has the watchdog wait for an interval that a reload made longer, and shorter again", async () => {
  const { notifier, said, state } = start();
  notifier.ready(one);
  await said();
  state.intervalMs = 600_000;
  notifier.scanned(one);
  expect(await said()).toEqual([["WATCHDOG_USEC=1800000000", "WATCHDOG=1", status.one]]);
  state.intervalMs = 15_000;
  notifier.scanned(one);
  expect(await said()).toEqual([["WATCHDOG_USEC=180000000", "WATCHDOG=1", status.one]]);
});

test("tells another verdict at once, but does not flap along", async () => {
  const { clock, notifier, said } = start({});
  notifier.ready(one);
  await said();
  clock.pass(20_000);
  notifier.scanned(two);
  expect(await said()).toEqual([[status.two]]);
  clock.pass(100);
  notifier.scanned(one);
  expect(await said()).toEqual([]);
  clock.pass(5_000);
  notifier.scanned(one);
  expect(await said()).toEqual([[status.one]]);
  clock.pass(3_600_000);
  notifier.scanned(one);
  expect(await said()).toEqual([]);
});

test("says that it stops", async () => {
  const { notifier, said } = start({});
  notifier.ready(one);
  notifier.stopping();
  expect(await said()).toEqual([
    ["READY=1", status.one],
    ["STOPPING=1", "STATUS=stopping"],
  ]);
});

test("warns of no message that its own stop has cut off, and feeds the watchdog to its end", async () => {
  const agent = start();
  agent.notifier.ready(one);
  await agent.said();
  agent.state.broken = true;
  agent.notifier.stopping();
  await agent.said();
  expect(agent.warned).toEqual([]);
  agent.state.broken = false;
  await scans(agent, { everyMs: 60_000, forMs: 60_000 });
  expect(await agent.said()).toEqual([["STOPPING=1", "WATCHDOG=1", "STATUS=stopping"]]);
});

test.each([
  ["for another process", { WATCHDOG_USEC: "180000000", WATCHDOG_PID: "8" }],
  ["none", {}],
  ["no number", { WATCHDOG_USEC: "soon" }],
])("feeds no watchdog where it is %s", async (_, env) => {
  const agent = start(env);
  agent.notifier.ready(one);
  await scans(agent, { everyMs: 60_000, forMs: 600_000 });
  expect(await agent.said()).toEqual([["READY=1", status.one]]);
});

test("warns once when nobody can be told, tries again at scans, and goes on", async () => {
  const agent = start();
  agent.state.broken = true;
  agent.notifier.ready(one);
  await scans(agent, { everyMs: 1_000, forMs: 70_000 });
  expect(agent.warned).toEqual(["systemd could not be told how the agent is"]);
  agent.state.broken = false;
  await scans(agent, { everyMs: 1_000, forMs: 6_000 });
  expect(await agent.said()).toEqual([["READY=1", "WATCHDOG=1", status.one]]);
});

test("a path cannot speak for the agent", async () => {
  const { notifier, said } = start({});
  notifier.ready(report([socket({ path: "/tmp/x\nMAINPID=1\nREADY=0" })]));
  expect(await said()).toEqual([["READY=1", "STATUS=one-master: /tmp/x\\nMAINPID=1\\nREADY=0"]]);
});

test.each([
  ["no socket", report([]), "no-master: no gunicorn listens on a unix socket"],
  [
    "what was not seen",
    report([socket()], [{ what: "fd-links", reason: "denied" }]),
    "one-master: /run/app/app.sock; not all could be seen",
  ],
  [
    "several with the worst verdict",
    report([{ ...duplicate, confirmed: true }, { ...duplicate, path: "/run/b.sock" }, socket()]),
    "duplicate (confirmed): /run/app/app.sock and 1 more, of 3 sockets",
  ],
])("tells of %s", async (_, seen, text) => {
  const { notifier, said } = start({});
  notifier.ready(seen);
  expect(await said()).toEqual([["READY=1", `STATUS=${text}`]]);
});
