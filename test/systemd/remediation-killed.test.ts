import { describe, expect, test } from "vitest";
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
import { has, settledTruth } from "./truth.ts";

const rounds = 5;

/**
 * Kills the agent so many times, each time at some moment after it has begun an attempt: up to
 * longer than one takes with its workers' grace.
 */
const killer = `
import glob, os, random, signal, subprocess, sys, time
folder, rounds = sys.argv[1], int(sys.argv[2])
seen, last = set(), time.monotonic() + 100
while rounds and time.monotonic() < last:
    now = set(glob.glob(folder + "/*.json"))
    if now <= seen:
        time.sleep(0.001)
        continue
    seen |= now
    delay = random.uniform(0, 1.5) ** 2 / 1.5
    time.sleep(delay)
    shown = subprocess.run(["systemctl", "show", "--property=MainPID", "--value", "onemaster"],
                           capture_output=True, text=True)
    if int(shown.stdout):
        os.kill(int(shown.stdout), signal.SIGKILL)
        print(f"{delay * 1000:.0f}")
        rounds -= 1
`;

describe.concurrent.each(releases)("on %s", (release) => {
  test("an agent that is killed while it acts finishes or undoes it", async (context) => {
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

    const { load, worked: killedAfterMs } = await whileLoaded(
      host,
      async () => {
        await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(actingSettings(settings)));
        const command = ["python3", "-", `${stateDir}/remediations`, `${rounds}`];
        const kills = await host.run(command, { stdin: killer, timeoutMs: 110_000 });
        await settledTruth(host, "one master to be left", has(1));
        await waitFor("all attempts to be over", async () => {
          return (await recordsOn(host)).every(({ outcome }) => outcome !== null);
        });
        return kills.trim().split("\n");
      },
      { limitS: 110 },
    );
    expect(killedAfterMs).toHaveLength(rounds);
    const records = await recordsOn(host);
    const outcomes = records.map(({ outcome }) => outcome);
    process.stderr.write(
      `${release}: killed ${killedAfterMs.join(", ")} ms after its begin: ${outcomes.join(", ")}\n`,
    );
    expectNoneFailed(load, last.serving);
    await expectNothingLeft(host, last.file);
    const gone = (await goneOf(host, last.processes)).map(({ pid }) => pid);
    // and the agent, which is another one by now
    expect(gone.filter((pid) => !stale.includes(pid))).toHaveLength(1);
    expect(stale.filter((pid) => last.processes.some((one) => one.pid === pid))).toEqual(
      gone.filter((pid) => stale.includes(pid)).toSorted((one, other) => one - other),
    );
    expect((await statusOn(host)).verdict).toBe("one-master");
  });
});

/** Starts the agent again whenever it dies, at once. */
async function alwaysRestarted(host: TestHost): Promise<void> {
  const lines = ["[Unit]", "StartLimitIntervalSec=0"];
  const service = ["[Service]", "Restart=always", "RestartSec=100ms"];
  const dropIn = "/etc/systemd/system/onemaster.service.d/always.conf";
  await host.write(dropIn, [...lines, ...service, ""].join("\n"));
  await host.run(["systemctl", "daemon-reload"]);
}
