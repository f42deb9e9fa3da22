import { describe, expect, test } from "vitest";
import { platform } from "../testbed/incident.ts";
import { type Release, releases, type TestHost } from "../testbed/test-host.ts";
import { stateDir } from "./support-acting.ts";
import { cutoverRecord, expectNative, standingOn } from "./support-cutover.ts";
import {
  carriedOut,
  expectApplied,
  expectEnd,
  expectRolledBack,
} from "./support-cutover-states.ts";
import { stopAndStart, sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 600_000;

/** A step, and how long after its begin the command is killed, in seconds. */
const moments = [
  ["record", 0],
  ["keep-name", 0],
  ["keep-name", 0.04],
  ["set-aside", 0],
  ["set-aside", 0.1],
  ["install", 0],
  ["put-away", 0],
  ["put-away", 0.06],
  ["start", 0],
  ["start", 0.05],
  ["start", 0.12],
  ["answer", 0],
  ["answer", 0.2],
  ["end-old", 1],
  ["end-old", 10.05],
  ["end-old", 10.2],
  ["finish", 0],
] as const;

/** The same of one with --clean. */
const cleanMoments = [
  ["stop-all", 0],
  ["stop-all", 0.05],
  ["put-away", 0],
  ["put-away", 0.06],
  ["start", 0],
  ["start", 0.15],
] as const;

/** Starts a cutover, and kills it so long after a step has begun. Prints where it was. */
const killer = `
import json, os, signal, subprocess, sys, time
path, step, delay, words = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
def at():
    try:
        with open(path) as file:
            record = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return record["steps"][-1]["step"] if record["outcome"] is None and record["steps"] else None
while command.poll() is None and at() != step:
    time.sleep(0.0005)
time.sleep(delay)
if command.poll() is None:
    os.kill(command.pid, signal.SIGKILL)
command.wait()
print(at())
`;

describe.concurrent.each(releases)("on %s", (release) => {
  test(
    "a command that is killed costs nobody the site, and apply or rollback brings it to an end",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      let turn = 0;
      for (const [step, delay] of momentsOf(release)) {
        const at = await killedAt(host, step, delay);
        expect((await truthOf(host)).owner, `killed in ${at}`).not.toBeNull();
        turn += 1;
        await (turn % 2 === 0 ? expectApplied(host) : expectRolledBack(host));
        tell(release, step, delay, at, await cutoverRecord(host));
        // each begins from the init script, with one master
        if (turn % 2 === 0) await expectRolledBack(host);
      }
    },
    limitMs,
  );

  test(
    "--clean of a script that systemd follows, killed: the next command brings it to an end",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      await host.run(
        `sed -i 's|^# As it was in production|# pidfile: ${platform.pidfile}\\n&|' /etc/init.d/platform
        systemctl daemon-reload`,
      );
      await stopAndStart(host);
      for (const [step, delay] of cleanMomentsOf(release)) {
        const words = ["onemaster", "cutover", "apply", "--clean", "--yes"];
        const at = await killed(host, step, delay, words);
        const { exitCode, said } = await carriedOut(host, "apply", "--clean");
        expect(exitCode, `killed in ${at}: ${said}`).toBe(0);
        await expectNative(host);
        tell(release, step, delay, at, await cutoverRecord(host));
        await expectEnd(host, 0, "rollback");
        await settledTruth(host, "one master", ({ masters }) => masters.length === 1);
        expect((await standingOn(host)).native).toEqual([]);
      }
    },
    limitMs,
  );

  test(
    "a way back that is killed is taken up by the next",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      const ways = ["stop-new", "remove-unit", "bring-back", "start-old", "check-old"] as const;
      for (const step of ways) {
        await expectApplied(host);
        const words = ["onemaster", "cutover", "rollback", "--yes"];
        await killed(host, step, 0.02, words);
        await expectRolledBack(host);
      }
    },
    limitMs,
  );
});

/** Every other one, since each takes a quarter of a minute. */
function momentsOf(release: Release): readonly (typeof moments)[number][] {
  return moments.filter((_, at) => isFor(release, at));
}

function cleanMomentsOf(release: Release): readonly (typeof cleanMoments)[number][] {
  return cleanMoments.filter((_, at) => isFor(release, at));
}

function isFor(release: Release, at: number): boolean {
  return at % releases.length === releases.indexOf(release);
}

function killedAt(host: TestHost, step: string, delay: number): Promise<string> {
  return killed(host, step, delay, ["onemaster", "cutover", "apply", "--yes"]);
}

async function killed(
  host: TestHost,
  step: string,
  delay: number,
  words: readonly string[],
): Promise<string> {
  await host.attempt(["systemctl", "reset-failed", platform.unit]);
  const path = `${stateDir}-cutover/${platform.unit}.json`;
  const command = ["python3", "-", path, step, `${delay}`, ...words];
  return (await host.run(command, { stdin: killer, timeoutMs: 120_000 })).trim();
}

function tell(
  release: Release,
  step: string,
  delay: number,
  at: string,
  { outcome, ending }: Awaited<ReturnType<typeof cutoverRecord>>,
): void {
  process.stderr.write(
    `${release}: killed ${delay} s into ${step} (${at}): ${outcome}: ${ending}\n`,
  );
}
