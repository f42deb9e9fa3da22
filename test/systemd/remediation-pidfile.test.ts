import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, platform } from "../testbed/incident.ts";
import { startAgentService, statusOn } from "../testbed/installed-agent.ts";
import { releases } from "../testbed/test-host.ts";
import { actingSettings, sampleOn } from "./support-acting.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth } from "./truth.ts";

/** Whoever serves has to have lasted for so long. */
const settlesMs = 10_000;

describe.concurrent.each(releases)("on %s", (release) => {
  test("a pidfile that went missing is back before the next restart", async (context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 1 });
    await startAgentService(host, actingSettings({ mode: "on", repair_pidfile: true }));
    const master = await answering(host);
    await waitFor(
      "the master to have lasted",
      async () => {
        const { takenAt, sockets } = await statusOn(host);
        const startedAt = sockets[0]?.groups[0]?.master?.startedAt ?? takenAt;
        return Date.parse(takenAt) - Date.parse(startedAt) > settlesMs;
      },
      30_000,
    );
    const read = ["stat", "--format=%a %U:%G", platform.pidfile];
    const asGunicornMadeIt = await host.run(read);
    await host.run(["rm", platform.pidfile]);
    const repaired = await waitFor(
      "the pidfile to be back",
      async () => {
        const { exitCode, stdout } = await host.attempt(["cat", platform.pidfile]);
        return exitCode === 0 && stdout;
      },
      40_000,
    );
    expect(Number(repaired)).toBe(master);
    expect(await host.run(read)).toBe(asGunicornMadeIt);
    const { socket } = platform;
    await waitFor("the repair to be counted", async () => {
      return (await sampleOn(host, "onemaster_pidfile_repairs_total", { socket })) === 1;
    });

    // the stop finds whom to end; a start of its own, since a restart does not wait for that
    await host.run(["systemctl", "stop", platform.unit]);
    await settledTruth(host, "nobody to be left", ({ masters }) => masters.length === 0);
    await host.run(["systemctl", "start", platform.unit]);
    const { masters } = await settledTruth(host, "one master", (truth) => truth.masters.length > 0);
    expect(masters.map(({ pid }) => pid)).toEqual([await answering(host)]);
    expect(masters[0]?.pid).not.toBe(master);
  });
});
