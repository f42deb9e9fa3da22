import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { installPlatform, makeDuplicate, startPlatform } from "../testbed/incident.ts";
import { agentLog } from "../testbed/installed-agent.ts";
import { longRequests } from "../testbed/load.ts";
import { installPackage, type PackageKind } from "../testbed/package.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { actingSettings, lastRecord, untilEndingWorkers } from "./support-acting.ts";
import { freshHost } from "./support-package.ts";

const unit = "onemaster.service";
const settingsPath = "/etc/onemaster/onemaster.yml";

const installed: readonly (readonly [Release, PackageKind])[] = [
  ["bookworm", "executable"],
  ["trixie", "all"],
];

describe.each(installed)("the service on %s, from the package %s", (release, kind) => {
  test("is started when it answers, and a reload at once is harmless", async (context) => {
    const host = await freshHost(context, release);
    await installPackage(host, kind);
    for (let time = 0; time < 5; time += 1) {
      // no moment in between: the answer has to be there when the start is
      await host.run(`systemctl restart ${unit}; curl -sf http://127.0.0.1:10709/-/ready`);
    }
    for (let time = 0; time < 10; time += 1) {
      await host.run(`systemctl restart --no-block ${unit}; systemctl reload ${unit}`);
    }
    expect(await shown(host, "NRestarts")).toBe("0");
    expect(await shown(host, "StatusText")).toBe("no-master: no gunicorn listens on a unix socket");
    expect(await agentLog(host)).not.toMatch(/killed|signal=HUP|status=1\/HUP/);
    // for whoever is woken: words, and warnings alone where they are asked for
    expect(await agentLog(host)).toMatch(
      /^watching; metrics http:\/\/127\.0\.0\.1:10709\/metrics/m,
    );

    const pid = await shown(host, "MainPID");
    await host.run(`echo 'scan: {intervall: 7s}' >${settingsPath}`);
    expect(await host.attempt(["systemctl", "reload", unit])).toMatchObject({ exitCode: 1 });
    const failures = await host.run(`journalctl -u ${unit} -p err -o cat`);
    expect(failures).toContain(`settings not taken, the old ones stay: ${settingsPath}:1`);
    expect([await shown(host, "MainPID"), await shown(host, "ActiveState")]).toEqual([
      pid,
      "active",
    ]);
    await host.run(`echo 'scan: {interval: 7s}' >${settingsPath}; systemctl reload ${unit}`);

    // settings that are wrong at a start: the start fails at once, and comes about when they are not
    await host.run(`echo 'scan: {intervall: 7s}' >${settingsPath}`);
    expect(await host.attempt(["systemctl", "restart", unit])).toMatchObject({ exitCode: 1 });
    await host.run(`echo 'scan: {interval: 7s}' >${settingsPath}`);
    await waitFor("it to have started by itself", async () => {
      return (await shown(host, "ActiveState")) === "active";
    });
  });

  test("is started again once it hangs, but not for being busy", async (context) => {
    const host = await freshHost(context, release);
    await host.write(`/etc/systemd/system/${unit}.d/watchdog.conf`, "[Service]\nWatchdogSec=3s\n");
    await installPlatform(host, { holdMib: 5 });
    await startPlatform(host);
    await installPackage(host, kind);
    await host.write(settingsPath, JSON.stringify(actingSettings({ mode: "on", grace: "50s" })));
    await host.run(`cp /usr/share/onemaster/act.conf /etc/systemd/system/${unit}.d/`);
    await host.run(`systemctl daemon-reload; systemctl restart ${unit}`);
    const pid = await shown(host, "MainPID");

    const long = await longRequests(host, 2);
    await makeDuplicate(host);
    await waitFor(
      "an attempt to be recorded",
      () => untilEndingWorkers(host).then(() => true),
      60_000,
    );
    await untilFed(host, 4);
    // a stop waits for it, and the watchdog bites nobody who is stopping
    await host.run(["systemctl", "stop", "--no-block", unit]);
    const stoppingMs = performance.now();
    await waitFor("six seconds of stopping", () => performance.now() - stoppingMs > 6_000);
    expect([await shown(host, "ActiveState"), await shown(host, "MainPID")]).toEqual([
      "deactivating",
      pid,
    ]);
    await long.release();
    await waitFor("the stop", async () => (await shown(host, "ActiveState")) === "inactive");
    expect(await shown(host, "Result")).toBe("success");
    expect(await lastRecord(host)).toMatchObject({ by: "agent", outcome: "ended" });
    const answers = await long.answers();
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);

    await host.run(["systemctl", "start", unit]);
    const before = await shown(host, "MainPID");
    await untilFed(host, 3);
    expect(await shown(host, "NRestarts")).toBe("0");
    await host.run(["kill", "-STOP", before]);
    await waitFor(
      "another agent in its place",
      async () => {
        const { stdout } = await host.attempt(["systemctl", "is-active", unit]);
        return stdout === "active\n" && !["0", before].includes(await shown(host, "MainPID"));
      },
      20_000,
    );
    expect(await shown(host, "NRestarts")).toBe("1");
  });
});

/** Waits until the watchdog was fed so many times more. */
async function untilFed(host: TestHost, times: number): Promise<void> {
  const seen = new Set<string>();
  await waitFor(
    `the watchdog to be fed ${times} times`,
    async () => seen.add(await shown(host, "WatchdogTimestampMonotonic")).size > times,
    30_000,
  );
}

async function shown(host: TestHost, property: string): Promise<string> {
  return (await host.run(["systemctl", "show", unit, `--property=${property}`, "--value"])).trim();
}
