import { describe, expect, test } from "vitest";
import { expected, reduced, type Seen } from "../support/seen.ts";
import { answering, platform } from "../testbed/incident.ts";
import { reportOf, startAgentService } from "../testbed/installed-agent.ts";
import { longRequests } from "../testbed/load.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import {
  groupPids,
  loggedBy,
  lookOn,
  onlySocket,
  sysvPlatform,
  unitProperties,
} from "./sysv-platform.ts";
import { seenIn, settledTruth, type Truth, truthOf } from "./truth.ts";

const settings = { sockets: [{ path: platform.socket }], scan: { interval: "1s" } };

describe.each(releases)("`systemctl restart` of a sound SysV unit on %s", (release) => {
  test("ten times with nothing to do: whatever comes of it, the agent says so", async (context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 0 });
    await startAgentService(host, settings);
    const outcomes: string[] = [];
    for (let round = 1; round <= 10; round += 1) {
      const old = await soundMaster(host);
      await restart(host);
      const after = await expectTruthTold(host, old, outcomes);
      outcomes.push(await outcome(host, after));
      await expectRunningAgentToSay(host, after.said, tally(outcomes));
      if (after.said.verdict !== "one-master") {
        await mend(host, after.truth);
      }
    }
    expect(outcomes).toHaveLength(10);
    // a pidfile that names a living master keeps a second one away, whatever else it costs
    const { changes } = await loggedBy(host);
    expect(changes.filter(({ verdict }) => verdict === "duplicate")).toEqual([]);
    process.stderr.write(`${release}: ${tally(outcomes)}\n`);
  });

  test("with a request in flight: the old master is named while it drains", async (context) => {
    // it drains until it is let go, however long a busy machine takes for the looks
    const gunicornOptions = "--graceful-timeout 110";
    const { host } = await sysvPlatform(context, release, { holdMib: 0, gunicornOptions });
    await startAgentService(host, settings);
    const old = await soundMaster(host);
    const long = await longRequests(host, 1);
    await restart(host);
    const draining = await settledTruth(
      host,
      "the old master to wait for one worker alone",
      ({ masters }) =>
        masters.some(
          ({ pid, listener, workers }) => pid === old && listener === null && workers.length === 1,
        ),
    );
    const [worker] = groupPids(draining, old).filter((pid) => pid !== old);
    const said = seenIn(draining);
    expect(said.groups).toContainEqual({ role: "draining", master: old, workers: [worker] });
    // no new master came: this one's pidfile was there
    expect(said).toMatchObject({ verdict: "unreachable", checkExit: 2, masters: 1 });
    expect(await host.run(askNginx)).toBe("502");
    expect(await lookOn(host)).toEqual(said);
    await expectRunningAgentToSay(host, said, "while it drains");
    expect(await truthOf(host), "it was still draining").toEqual(draining);

    await long.release();
    expect(await long.answers()).toMatchObject([
      { status: 200, said: { pid: worker, parent: old } },
    ]);
    const after = await expectTruthTold(host, old, ["a request in flight"]);
    await expectRunningAgentToSay(host, after.said, "after it has drained");
    // the outage that systemd does not see
    expect(await outcome(host, after)).toBe(
      "no-master, pidfile missing, start refused, unit active (exited)",
    );
  });
});

const askNginx = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/";

/** The pid of the one master of a platform that is as it should be. */
async function soundMaster(host: TestHost): Promise<number> {
  const truth = await settledTruth(
    host,
    "one whole group",
    (settled) => seenIn(settled).verdict === "one-master",
  );
  expect(await pidfileState(host, truth)).toBe("pidfile names the owner");
  return truth.owner ?? 0;
}

async function restart(host: TestHost): Promise<void> {
  // more than five starts in ten seconds are refused
  await host.run(`systemctl reset-failed ${platform.unit}; systemctl restart ${platform.unit}`);
}

/**
 * Compares what the agent says with what is so until the old master is gone and nothing moves
 * any more: whenever the truth is the same before and after a look, the look has to agree.
 */
async function expectTruthTold(
  host: TestHost,
  old: number,
  outcomes: readonly string[],
): Promise<{ readonly truth: Truth; readonly said: Seen }> {
  const told: Seen[] = [];
  const so: Seen[] = [];
  let last: Truth | undefined;
  while (last === undefined) {
    const truth = await settledTruth(host, "nobody to be on the way");
    const looked = await lookOn(host);
    if (JSON.stringify(await truthOf(host)) !== JSON.stringify(truth)) {
      continue;
    }
    told.push(looked);
    so.push(seenIn(truth));
    if (truth.masters.every(({ pid }) => pid !== old)) {
      last = truth;
    }
  }
  expect(told, `after ${tally(outcomes)}`).toEqual(so);
  return { truth: last, said: seenIn(last) };
}

/** The running agent has to come to say the same by itself. */
async function expectRunningAgentToSay(host: TestHost, said: Seen, message: string): Promise<void> {
  await expect
    .poll(async () => reduced(onlySocket(await reportOf(host))), { timeout: 30_000, message })
    .toEqual(expected(said.verdict, said.groups, said));
}

/** What came of a restart, in words. */
async function outcome(
  host: TestHost,
  { truth, said }: { readonly truth: Truth; readonly said: Seen },
): Promise<string> {
  const [unit] = await unitProperties(host, [platform.unit], ["ActiveState", "SubState"]);
  const state = `unit ${unit?.["ActiveState"]} (${unit?.["SubState"]})`;
  // the last that a gunicorn said of its start
  const found = await host.run(
    `grep -E "Listening at|Already running on PID" ${platform.errorLog} | tail -n 1`,
  );
  const start = found.includes("Already running") ? "start refused" : "start done";
  return [said.verdict, await pidfileState(host, truth), start, state].join(", ");
}

async function pidfileState(host: TestHost, { owner }: Truth): Promise<string> {
  const { exitCode, stdout } = await host.attempt(["cat", platform.pidfile]);
  if (exitCode !== 0) {
    return "pidfile missing";
  }
  return Number(stdout) === owner ? "pidfile names the owner" : "pidfile names another";
}

/** Makes the platform sound again, whatever is left of it. */
async function mend(host: TestHost, { masters, orphans }: Truth): Promise<void> {
  const left = [...masters.flatMap(({ pid, workers }) => [pid, ...workers]), ...orphans.flat()];
  const { socket, pidfile, unit } = platform;
  await host.run(`
    ${left.length === 0 ? "" : `kill -KILL ${left.join(" ")}`}
    rm -f ${pidfile} ${socket}
    systemctl stop ${unit}
    systemctl reset-failed ${unit}
    systemctl start ${unit}`);
  await answering(host);
}

/** `3 × no-master, pidfile missing; 1 × …`. */
function tally(outcomes: readonly string[]): string {
  const kinds = [...new Set(outcomes)];
  return kinds
    .map((kind) => `${outcomes.filter((one) => one === kind).length} × ${kind}`)
    .join("; ");
}
