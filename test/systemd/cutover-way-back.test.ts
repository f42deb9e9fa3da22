import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, platform } from "../testbed/incident.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { startByHand } from "./support-by-hand.ts";
import { cutoverOn, cutoverRecord, expectNative, expectSysv } from "./support-cutover.ts";
import {
  expectApplied,
  expectEnd,
  expectRolledBack,
  killed,
  launcher,
} from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 400_000;
const inUnit = `/sys/fs/cgroup/system.slice/${platform.unit}/cgroup.procs`;

describe.each(releases)("on %s", (release) => {
  test(
    "no way back is taken that would leave nobody serving, or start anything twice",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      const daemon = await startDaemon(host);

      // a master beside the native one: the stop of that one would leave the path to nobody known
      await expectApplied(host);
      await startByHand(host, "no unit at all", "as a daemon");
      const two = await settledTruth(host, "two masters", ({ masters }) => masters.length === 2);
      await expectRefused(host, /master \d+ in no unit listens at .* end it first/, "rollback");
      const told = (await cutoverOn(host, "rollback")).stdout.replaceAll(/\s+/g, " ");
      expect(told).toMatch(/it is not carried out now: master \d+ in no unit listens/);
      expect(await truthOf(host)).toEqual(two);
      await endByHand(host);
      await expectRolledBack(host);

      // a script that leaves a daemon and starts no gunicorn: the native unit serves again
      await expectApplied(host);
      await host.run(
        `cp -a ${launcher} /root/
        echo 'import subprocess; subprocess.Popen(["sleep", "3600"])' >${launcher}`,
      );
      await expectRefused(host, /the native unit serves again/, "rollback");
      await expectNative(host);
      // what the script had started is ended: a gunicorn among it would have been a second master
      expect((await host.attempt("pgrep -x -f 'sleep 3600'")).exitCode).toBe(1);
      await host.run(`cp -a /root/bootstrap_gunicorn.py ${launcher}`);

      // somebody of before is in the scope, whom the script may start again
      const scope = "onemaster-before-platform.scope";
      await host.run(`systemd-run --quiet --scope --unit=${scope} sleep 3600 >/dev/null 2>&1 &`);
      await waitFor("the scope", () => isActive(host, scope));
      await expectRefused(host, /process \d+ of before is still in .*\.scope/, "rollback");
      await host.run(`kill $(cat /sys/fs/cgroup/system.slice/${scope}/cgroup.procs)`);
      await waitFor(
        "the scope to be gone",
        async () => !(await isActive(host, scope)) || undefined,
      );
      await expectRolledBack(host);

      // a daemon of the same script by now: no native unit of gunicorn would start it
      await waitFor("it to have lasted", () => hasLasted(host, daemon), 40_000);
      await host.run(`echo ${daemon} >${inUnit}`);
      const before = await truthOf(host);
      const says = new RegExp(
        `\\(unit-unsuitable\\): process ${daemon} \\(sleep\\) of the unit is none`,
      );
      await expectRefused(host, says, "apply");
      await expectRefused(host, says, "apply", "--clean");
      expect(await truthOf(host)).toEqual(before);
    },
    limitMs,
  );

  test(
    "killed while both live, its second name removed: no rollback, and apply finishes it",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      await killed(host, ["end-old", 1], "apply");
      const { owner } = await settledTruth(host, "both", ({ masters }) => masters.length === 2);
      await host.run(`rm ${platform.root}/.sampleplatform.sock.onemaster-1`);
      await expectRefused(host, /listens, but .*onemaster-1, by which .*, is gone/, "rollback");
      expect((await truthOf(host)).owner).toBe(owner);
      await expectApplied(host);
      expect((await truthOf(host)).owner).toBe(owner);
    },
    limitMs,
  );

  test(
    "a hidden /proc is refused; Ctrl-C, twice: what served before serves, nothing is left halfway",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      const before = await answering(host);
      await host.run("mount -o remount,hidepid=2 /proc");
      await expectRefused(host, /www-data does not see process \d+ .*without hidepid=/, "apply");
      expect((await expectSysv(host)).owner).toBe(before);
      await host.run("mount -o remount,hidepid=0 /proc");

      await host.run("python3 -", { stdin: ctrlCTwice, timeoutMs: 120_000 });
      expect((await expectSysv(host)).owner).toBe(before);
      const { outcome, ending } = await cutoverRecord(host);
      expect([outcome, ending]).toEqual(["undone", expect.stringContaining("told to stop")]);
      await expectApplied(host);
    },
    limitMs,
  );
});

/** Applies in a session of its own, which gets what Ctrl-C sends, twice, once both masters live. */
const ctrlCTwice = `
import json, os, signal, subprocess, time
words = ["onemaster", "cutover", "apply", "--yes"]
with open("/root/out", "w") as out:
    command = subprocess.Popen(words, stdout=out, stderr=out, start_new_session=True)
def step():
    try:
        with open("/var/lib/onemaster-cutover/${platform.unit}.json") as file:
            record = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return record["steps"][-1]["step"] if record["outcome"] is None and record["steps"] else None
while command.poll() is None and step() != "end-old":
    time.sleep(0.005)
time.sleep(1)
for _ in range(2):
    os.killpg(command.pid, signal.SIGINT)
    time.sleep(0.1)
command.wait()
`;

/** A daemon that has nothing to do with gunicorn, in no unit; gives its pid. */
async function startDaemon(host: TestHost): Promise<number> {
  const pid = await host.run("setsid sleep 7200 </dev/null >/dev/null 2>&1 & echo $!");
  return Number(pid.trim());
}

async function hasLasted(host: TestHost, pid: number): Promise<true | undefined> {
  const seconds = Number(
    (await host.run(["ps", "--no-headers", "-o", "etimes=", `${pid}`])).trim(),
  );
  return seconds > 31 ? true : undefined;
}

async function isActive(host: TestHost, unit: string): Promise<true | undefined> {
  const { exitCode } = await host.attempt(["systemctl", "is-active", unit]);
  return exitCode === 0 ? true : undefined;
}

/** Ends whom somebody has started by hand, as nobody would: all at once. */
async function endByHand(host: TestHost): Promise<void> {
  await host.run("kill -KILL $(cat /sys/fs/cgroup/by-hand/cgroup.procs)");
  // the path is that of a dead master by now: a restart binds it anew
  await host.run(`systemctl restart ${platform.unit}`);
  await expectNative(host);
}

async function expectRefused(
  host: TestHost,
  says: RegExp,
  ...words: readonly string[]
): Promise<void> {
  expect(await expectEnd(host, 1, ...words)).toMatch(says);
}
