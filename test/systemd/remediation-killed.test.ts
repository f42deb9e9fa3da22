import { describe, expect, test } from "vitest";
import type { RemediationState } from "../../agent/model/remediation.ts";
import { waitFor } from "../support/wait.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { whileLoaded } from "../testbed/load.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { actingSettings, recordsOn, stateDir } from "./support-acting.ts";
import {
  expectNoneFailed,
  expectNothingLeft,
  incidentHost,
  incidentOn,
} from "./support-incident.ts";
import { goneOf } from "./support-processes.ts";
import { groupPids } from "./sysv-platform.ts";
import { has, settledTruth, truthOf } from "./truth.ts";

const rounds = 5;
/** Two attempts that are put back in a row cost more than half a minute, and may come twice. */
const overMs = 150_000;
const testMs = 420_000;

/**
 * Kills the agent so many times, each time at some moment after it has begun an attempt: up to
 * longer than one takes with its workers' grace.
 */
const killer = `
import glob, os, random, signal, sys, time
folder, rounds = sys.argv[1], int(sys.argv[2])
seen, last = set(), time.monotonic() + 150
while rounds and time.monotonic() < last:
    now = set(glob.glob(folder + "/*.json"))
    if now <= seen:
        time.sleep(0.001)
        continue
    seen |= now
    # who has begun it: the first in its unit, which has started all others there
    with open("/sys/fs/cgroup/system.slice/onemaster.service/cgroup.procs") as file:
        agent = min(map(int, file))
    delay = random.uniform(0, 1.5) ** 2 / 1.5
    time.sleep(delay)
    os.kill(agent, signal.SIGKILL)
    print(f"{delay * 1000:.0f}")
    rounds -= 1
`;

describe.concurrent.each(releases)("on %s", (release) => {
  test(
    "an agent that is killed while it acts finishes or undoes it",
    { timeout: testMs },
    async (context) => {
      const settings = { mode: "on", grace: "1s", max_per_hour: 60 };
      const first = await incidentHost(context, release, {
        settings: actingSettings({ ...settings, mode: "off" }),
        inFlight: 1,
        holdMib: 1,
      });
      const { host } = first;
      await alwaysRestarted(host);
      const incidents = [first];
      while (incidents.length < rounds) {
        incidents.push(await incidentOn(host, 1, incidents.length + 2));
      }
      const last = incidents.at(-1) ?? first;
      const stale = incidents.flatMap((one) => groupPids(one.truth, one.stale));

      const { load, worked } = await whileLoaded(
        host,
        async () => {
          await host.write(
            "/etc/onemaster/onemaster.yml",
            JSON.stringify(actingSettings(settings)),
          );
          const command = ["python3", "-", `${stateDir}/remediations`, `${rounds}`];
          const killing = host.run(command, { stdin: killer, timeoutMs: 160_000 });
          // awaited below; what goes wrong meanwhile is told first
          killing.catch(() => undefined);
          const closed = await closingBreaker(host);
          await settledTruth(host, "one whole group", has(1));
          return { kills: (await killing).trim().split("\n"), closed };
        },
        { limitS: 170 },
      );
      const { kills, closed } = worked;
      expect(kills).toHaveLength(rounds);
      const outcomes = (await recordsOn(host)).map(({ outcome }) => outcome);
      process.stderr.write(
        `${release}: killed ${kills.join(", ")} ms after its begin: ${outcomes.join(", ")}\n`,
      );
      expect(closed).toBe(pairsPutBack(outcomes));
      expectNoneFailed(load, last.serving);
      await expectNothingLeft(host, last.file);
      const gone = (await goneOf(host, last.processes)).map(({ pid }) => pid);
      // and the agent, which is another one by now
      expect(gone.filter((pid) => !stale.includes(pid))).toHaveLength(1);
      expect(stale.filter((pid) => last.processes.some((one) => one.pid === pid))).toEqual(
        gone.filter((pid) => stale.includes(pid)).toSorted((one, other) => one - other),
      );
      expect((await statusOn(host)).verdict).toBe("one-master");
    },
  );
});

/**
 * Waits until one master is left and all attempts are over. Which attempts are killed before they
 * end somebody is chance; two of these in a row open the breaker, and the agent then waits for a
 * person: the test is that person, and gives how often it was.
 */
async function closingBreaker(host: TestHost): Promise<number> {
  let closed = 0;
  await waitFor(
    "one master to be left, and all attempts to be over",
    async () => {
      const records = await recordsOn(host);
      const outcomes = records.map(({ outcome }) => outcome);
      if (await isBreakerOpen(host)) {
        await host.run(["onemaster", "remediate", "--reset-breaker"]);
        closed += 1;
      }
      const { masters } = await truthOf(host);
      if (masters.length === 1 && !outcomes.includes(null)) return true;
      throw new Error(`${masters.length} masters, and attempts: ${outcomes.join(", ")}`);
    },
    overMs,
  );
  return closed;
}

async function isBreakerOpen(host: TestHost): Promise<boolean> {
  const text = await host.run(["cat", `${stateDir}/remediation.json`]);
  return (JSON.parse(text) as RemediationState).breakerOpenedAt !== null;
}

/** How often two attempts in a row did not end as planned, each counted once. */
function pairsPutBack(outcomes: readonly (string | null)[]): number {
  let inARow = 0;
  let pairs = 0;
  for (const outcome of outcomes) {
    inARow = outcome === "ended" ? 0 : inARow + 1;
    if (inARow < 2) continue;
    pairs += 1;
    inARow = 0;
  }
  return pairs;
}

/** Starts the agent again whenever it dies, at once. */
async function alwaysRestarted(host: TestHost): Promise<void> {
  const lines = ["[Unit]", "StartLimitIntervalSec=0"];
  const service = ["[Service]", "Restart=always", "RestartSec=100ms"];
  const dropIn = "/etc/systemd/system/onemaster.service.d/always.conf";
  await host.write(dropIn, [...lines, ...service, ""].join("\n"));
  await host.run(["systemctl", "daemon-reload"]);
}
