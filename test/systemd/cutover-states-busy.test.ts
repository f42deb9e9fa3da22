import { expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, makeDuplicate, platform } from "../testbed/incident.ts";
import { type LongRequests, longRequests, whileLoaded } from "../testbed/load.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { stateDir } from "./support-acting.ts";
import {
  cutoverRecord,
  expectNative,
  expectSysv,
  nativeFile,
  standingOn,
} from "./support-cutover.ts";
import {
  carriedOut,
  expectEnd,
  expectHardlyFelt,
  killed,
  meanwhile,
} from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 300_000;
/** Has requests answered that are held on the host. */
const letGo = "for folder in /run/long-*; do touch $folder/go; done";
const keptName = `${platform.root}/.sampleplatform.sock.onemaster-1`;

test(
  "all workers busy as the old group has ended: the native unit is never stopped for it",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    const old = await longRequests(host, 1);
    const applying = carriedOut(host, "apply");
    await waitFor("old workers to be asked to end", () => hasBegunToEnd(host), 100_000);
    const busy = await longRequests(host, 4);
    await old.release();
    const sinceMs = performance.now();
    await waitFor(
      "all to have been busy for longer than anybody waits for one answer",
      () => performance.now() - sinceMs > 45_000,
      60_000,
    );
    await busy.release();
    const { said } = await applying;
    expect((await old.answers()).map(({ status }) => status)).toEqual([200]);
    expect((await busy.answers()).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { outcome, undoing, measured } = await cutoverRecord(host);
    expect(undoing, `it said: ${said}`).toBeNull();
    expect(["done", "failed"]).toContain(outcome);
    const whys = measured?.flatMap(({ failures }) => failures.map(({ why }) => why));
    expect(whys).not.toContain("ENOENT");
    await expectNative(host);
  },
  limitMs,
);

test(
  "workers whose master died hold the listener: once they are gone the script is started",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await killed(host, ["install", 0], "apply");
    const { takenBy, answers } = await longRequests(host, 1);
    await host.run(["kill", "-KILL", `${takenBy[0]?.parent}`]);
    const held = {
      on: "step",
      what: "start-old",
      after: 12,
      act: letGo,
    } as const;
    const { exitCode, said } = await meanwhile(host, [held], "rollback");
    expect(exitCode, `it said: ${said}`).toBe(0);
    expect((await expectSysv(host)).masters).toHaveLength(1);
    expect((await answers()).map(({ status }) => status)).toEqual([200]);
  },
  limitMs,
);

test(
  "systemd cannot be asked once the path is led back: its second name outlives the native master",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1, goesFirst: true });
    const { owner } = await truthOf(host);
    await host.write(
      "/usr/local/bin/systemctl",
      `#!/bin/sh
      [ ! -e /run/no-systemd ] || { echo "Failed to connect to bus" >&2; exit 1; }
      exec /usr/bin/systemctl "$@"`,
      0o755,
    );
    const both = [
      { on: "step", what: "end-old", after: 1, act: "SIGINT" },
      { on: "step", what: "path-back", after: 0.3, act: "touch /run/no-systemd" },
    ] as const;
    const { exitCode, said } = await meanwhile(host, both, "apply");
    await host.run(["rm", "/run/no-systemd"]);
    expect(exitCode, `it said: ${said}`).toBe(1);
    const now = await truthOf(host);
    expect(now.owner).toBe(owner);
    expect(now.masters).toHaveLength(2);
    expect((await standingOn(host)).left).toEqual([keptName]);

    const rollback = (): ReturnType<typeof carriedOut> => carriedOut(host, "rollback");
    const { load, worked } = await whileLoaded(host, rollback, { perSecond: 100 });
    expect(worked.exitCode, `it said: ${worked.said}`).toBe(0);
    expectHardlyFelt(load, worked.said);
    expect((await expectSysv(host)).owner).toBe(owner);
  },
  limitMs,
);

test(
  "--clean, killed while it waits for a busy worker: each next command ends with the site up",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const first = await killedWhileBusy(host);
    await expectEnd(host, 0, "rollback");
    await answering(host);
    await first.release();
    await first.answers();
    const [busy] = first.takenBy;
    await settledTruth(host, "another worker in the place of the busy one", ({ masters }) => {
      return masters.every(({ workers }) => !workers.includes(busy?.pid ?? 0));
    });
    expect((await expectSysv(host)).masters).toHaveLength(1);

    const second = await killedWhileBusy(host);
    await second.release();
    await second.answers();
    await expectEnd(host, 0, "apply", "--clean");
    await expectNative(host);
  },
  limitMs,
);

test(
  "the owner of two masters dies under a killed cutover: the script starts another",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const { stale, serving } = await makeDuplicate(host);
    await settledTruth(host, "two masters", ({ masters }) => masters.length === 2);
    await killed(host, ["install", 0], "apply");
    await host.run(["kill", "-KILL", `${serving}`]);
    const said = await expectEnd(host, 0, "rollback");
    const owner = await answering(host);
    expect([stale, serving]).not.toContain(owner);
    expect(Number(await host.run(["cat", platform.pidfile]))).toBe(owner);
    const { masters } = await settledTruth(
      host,
      "no orphans",
      ({ orphans }) => orphans.length === 0,
    );
    const others = masters.filter(({ pid }) => pid !== owner).map(({ pid }) => `master ${pid}`);
    // whoever is left beside it is named
    for (const other of others) expect(said).toContain(other);
  },
  limitMs,
);

test(
  "a native service that does not start behind systemd's listener is no obstacle to a way back",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await expectEnd(host, 0, "apply", "--socket-activation");
    await host.run(
      `sed -i "s|^ExecStart=.*|ExecStart=/bin/sh -c 'sleep 25; exit 1'|" ${nativeFile}
      systemctl daemon-reload
      systemctl --no-block restart ${platform.unit}`,
    );
    await waitFor("it to be starting", async () => {
      const { stdout } = await host.attempt(["systemctl", "is-active", platform.unit]);
      return stdout.trim() === "activating";
    });
    await expectEnd(host, 0, "rollback");
    expect((await expectSysv(host)).masters).toHaveLength(1);
  },
  limitMs,
);

async function hasBegunToEnd(host: TestHost): Promise<boolean> {
  return (await host.attempt(["grep", "-rql", "end-workers", stateDir])).exitCode === 0;
}

/** One worker is busy, its master is stopped, and the other workers have ended. */
async function killedWhileBusy(host: TestHost): Promise<LongRequests> {
  const long = await longRequests(host, 1);
  await killed(host, ["stop-all", 1], "apply", "--clean");
  const master = `${long.takenBy[0]?.parent}`;
  expect(await host.run(["ps", "-o", "stat=", "-p", master])).toMatch(/^T/);
  return long;
}
