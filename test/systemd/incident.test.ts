import { describe, expect, test } from "vitest";
import type { Report } from "../../agent/model/report.ts";
import { waitFor } from "../support/wait.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { checkOn, reportOf, startAgentService, statusOn } from "../testbed/installed-agent.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { type Expected, expectedReport, inodeAtPath } from "./expected-report.ts";
import { duplicatePage, pageOf, soundPage } from "./metrics-page.ts";
import { type Answers, whileAsking } from "./requests.ts";
import { endSafely } from "./support-ending.ts";
import {
  groupPids,
  loggedBy,
  namedInJournal,
  onlySocket,
  sysvPlatform,
  unitProperties,
  withoutGap,
} from "./sysv-platform.ts";
import { has, settledTruth, type Truth } from "./truth.ts";

const settings = {
  sockets: [{ path: platform.socket, pidfile: platform.pidfile }],
  scan: { interval: "1s", confirm_for: "2s" },
};

describe.each(releases)("on %s", (release) => {
  test("the incident, from the restart to the cure, for all who look", async (context) => {
    const { host, truth: before } = await sysvPlatform(context, release);
    const old = soleMaster(before);
    await startAgentService(host, settings);
    // what makes it production: on a unit that is otherwise all below proves nothing
    expect(await platformUnit(host)).toEqual({
      Type: "forking",
      GuessMainPID: "no",
      MainPID: "0",
      KillMode: "process",
      ActiveState: "active",
      FragmentPath: "/run/systemd/generator.late/platform.service",
    });
    const oldFile = await inodeAtPath(host);
    const sound: Expected = {
      truth: before,
      boundTo: { [old]: oldFile },
      findings: [],
      pidfile: { path: platform.pidfile, pid: old, names: "serving" },
    };
    expect(await statusOn(host)).toEqual(expectedReport(sound));
    expect((await checkOn(host)).exitCode).toBe(0);
    expect(await pageOf(host)).toEqual(soundPage);

    const { stale, serving } = await makeDuplicate(host);
    expect(stale).toBe(old);
    await waitFor("the duplicate to be on the metrics page", async () => {
      return (await pageOf(host)).verdict["duplicate"] === 1;
    });
    const during = await settledTruth(host, "two whole groups", has(2));
    const boundTo = { [old]: oldFile, [serving]: await inodeAtPath(host) };
    const sentence =
      "master OLD with 4 workers is stale: it listens, but the path belongs to master";
    const duplicate: Expected = {
      truth: during,
      boundTo,
      findings: [
        { kind: "duplicate", message: `${sentence.replace("OLD", `${stale}`)} ${serving}` },
      ],
      pidfile: { path: platform.pidfile, pid: serving, names: "serving" },
    };
    const report = await statusOn(host);
    expect(report).toEqual(expectedReport(duplicate));
    expectStaleMemory(report);
    expect(onlySocket(report).findings[0]?.since).toBe(
      onlySocket(report).groups[0]?.master?.startedAt,
    );
    const checked = await checkOn(host);
    expect(checked.stdout).toMatch(
      new RegExp(`^ONEMASTER CRITICAL - duplicate: .*pid ${serving} serves, pid ${stale} stale `),
    );
    expect(checked.exitCode).toBe(2);
    await waitFor("the duplicate to be confirmed", async () => {
      return onlySocket(await reportOf(host)).confirmed;
    });
    expect(await unitsTold(host)).toEqual(expectedReport({ ...duplicate, confirmed: true }));
    expect(await pageOf(host)).toEqual(duplicatePage);
    expect(withoutGap((await loggedBy(host)).changes)).toEqual(changes.slice(0, 3));

    const group = groupPids(during, stale);
    expect(group).toHaveLength(5);
    expect(await namedInJournal(host)).toEqual({ remaining: group, leftOver: group });

    const workers = group.filter((pid) => pid !== stale);
    const answers = await whileAsking(host, () => endSafely(host, stale, workers));
    expectAllAnsweredBy(serving, answers);
    const after = await settledTruth(host, "one whole group", has(1));
    expect(after).toEqual({
      ...during,
      masters: during.masters.filter(({ pid }) => pid === serving),
    });
    const cured = expectedReport({ ...duplicate, truth: after, findings: [] });
    expect(await statusOn(host)).toEqual(cured);
    expect((await checkOn(host)).exitCode).toBe(0);
    expect(await unitsTold(host)).toEqual(cured);
    expect(await pageOf(host)).toEqual({ ...soundPage, incidents: { duplicate: 1 } });
    expect(withoutGap((await loggedBy(host)).changes)).toEqual(changes);
  });

  test("a third master, for an agent that was told of no socket", async (context) => {
    const { host, truth } = await sysvPlatform(context, release, { holdMib: 10 });
    const first = soleMaster(truth);
    const files = [await inodeAtPath(host)];
    const { serving: second } = await makeDuplicate(host);
    const two = await settledTruth(host, "two whole groups", has(2));
    files.push(await inodeAtPath(host));
    const { stale, serving: third } = await makeDuplicate(host);
    expect(stale).toBe(second);
    const three = await settledTruth(host, "three whole groups", has(3));
    files.push(await inodeAtPath(host));
    const message = (pid: number): string =>
      `master ${pid} with 4 workers is stale: it listens, but the path belongs to master ${third}`;
    const report = await statusOn(host);
    expect(report).toEqual(
      expectedReport({
        truth: three,
        boundTo: Object.fromEntries([first, second, third].map((pid, at) => [pid, files[at] ?? 0])),
        findings: [first, second].map((pid) => ({ kind: "duplicate", message: message(pid) })),
        // titles have replaced the command lines, and nobody has named it
        pidfile: null,
      }),
    );
    expectStaleMemory(report);
    expect((await checkOn(host)).exitCode).toBe(2);
    const [old, both] = [
      groupPids(two, first),
      [first, second].flatMap((pid) => groupPids(three, pid)),
    ];
    const named = [...old, ...both].toSorted((one, other) => one - other);
    expect(await namedInJournal(host)).toEqual({ remaining: named, leftOver: named });
  });

  test("TERM to the stale master is the outage", async (context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 10 });
    await startAgentService(host, settings);
    const { stale, serving } = await makeDuplicate(host);
    await settledTruth(host, "two whole groups", has(2));
    const file = await inodeAtPath(host);
    await host.run(["kill", "-TERM", `${stale}`]);
    const truth = await settledTruth(host, "the stale group to be gone", has(1));
    expect(truth).toMatchObject({ owner: null, masters: [{ pid: serving }] });
    expect(await host.run(askNginx)).toBe("502");
    const stranded: Expected = {
      truth,
      boundTo: { [serving]: file },
      findings: [
        {
          kind: "unreachable",
          message: [
            `no new connection can reach master ${serving}`,
            `${platform.socket} does not exist`,
          ].join(": "),
        },
      ],
      pidfile: { path: platform.pidfile, pid: serving, names: "stranded" },
    };
    const report = await statusOn(host);
    expect(report).toEqual(expectedReport(stranded));
    expectStaleMemory(report);
    expect((await checkOn(host)).exitCode).toBe(2);
    // systemd sees nothing of it
    expect(await platformUnit(host)).toMatchObject({ ActiveState: "active", MainPID: "0" });
    await waitFor("the outage to be confirmed", async () => {
      return onlySocket(await reportOf(host)).confirmed;
    });
    expect(await reportOf(host)).toEqual(expectedReport({ ...stranded, confirmed: true }));
    expect(await pageOf(host)).toMatchObject({
      masters: { stranded: 1 },
      workers: { stranded: 4 },
      verdict: { unreachable: 1 },
      confirmed: {},
    });
    expect((await loggedBy(host)).changes.at(-1)).toEqual({
      level: 40,
      verdict: "unreachable",
      confirmed: true,
    });
  });
});

const askNginx = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/";

const changes = [
  { level: 30, verdict: "one-master", confirmed: false },
  { level: 40, verdict: "duplicate", confirmed: false },
  { level: 40, verdict: "duplicate", confirmed: true },
  { level: 30, verdict: "one-master", confirmed: false },
];

async function platformUnit(host: TestHost): Promise<Readonly<Record<string, string>> | undefined> {
  const names = ["Type", "GuessMainPID", "MainPID", "KillMode", "ActiveState", "FragmentPath"];
  const [unit] = await unitProperties(host, [platform.unit], names);
  return unit;
}

/** What is lost is what the groups hold that no new connection reaches, and worth the name. */
function expectStaleMemory(report: Report): void {
  const { groups, orphanMemory } = onlySocket(report);
  const lost = groups.filter(({ role }) => role !== "serving");
  const sum = (key: "rssBytes" | "reclaimableBytes"): number =>
    lost.reduce((total, { memory }) => total + (memory?.[key] ?? Number.NaN), 0);
  expect(orphanMemory).toMatchObject({
    rssBytes: sum("rssBytes"),
    reclaimableBytes: sum("reclaimableBytes"),
  });
  // four workers of 10 MiB at the least
  expect(orphanMemory.reclaimableBytes).toBeGreaterThan(40 << 20);
}

function expectAllAnsweredBy(master: number, { byMaster, failures }: Answers): void {
  expect(failures).toEqual([]);
  expect(Object.keys(byMaster)).toEqual([`${master}`]);
  expect(byMaster[master]).toBeGreaterThan(20);
}

function soleMaster({ masters }: Truth): number {
  const [only, ...more] = masters;
  if (only === undefined || more.length > 0) {
    throw new Error(`${masters.length} masters, not one`);
  }
  return only.pid;
}

/** What the running agent says once systemd has answered it about these masters. */
async function unitsTold(host: TestHost): Promise<Report> {
  return await waitFor("systemd's answer", async () => {
    const report = await reportOf(host);
    return report.sockets.every(({ unit }) => unit?.mainPid !== null) ? report : undefined;
  });
}
