import { describe, expect, test } from "vitest";
import { answering, makeDuplicate, platform } from "../testbed/incident.ts";
import { checkOn } from "../testbed/installed-agent.ts";
import { whileLoaded } from "../testbed/load.ts";
import { releases } from "../testbed/test-host.ts";
import {
  bootedAgain,
  cutoverOn,
  cutoverRecord,
  expectNative,
  expectOneInstant,
  expectSysv,
  standingOn,
} from "./support-cutover.ts";
import { expectNobodyWoken, startPagingAgent } from "./support-pages.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth } from "./truth.ts";

const limitMs = 300_000;

describe.each(releases)("on %s", (release) => {
  test(
    "from two masters to the native unit under load, through a boot, and back",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1, goesFirst: true });
      await makeDuplicate(host);
      await settledTruth(host, "two whole groups", ({ masters }) => masters.length === 2);
      const before = await standingOn(host);

      const shown = await cutoverOn(host, "apply");
      expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await standingOn(host)).toEqual(before);

      const { load, worked: applied } = await whileLoaded(
        host,
        () => cutoverOn(host, "apply", "--yes"),
        { perSecond: 200, limitS: 100 },
      );
      expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);
      expectOneInstant(`${release}, from two masters`, load);
      let master = await expectNative(host);
      const record = await cutoverRecord(host);
      expect(record.outcome).toBe("done");
      expect(record.measured?.map(({ through }) => through)).toEqual(["socket", "nginx"]);
      expect(await checkOn(host)).toMatchObject({ exitCode: 0 });

      const again = await cutoverOn(host, "apply", "--yes");
      expect(again).toMatchObject({ exitCode: 0, stderr: "" });
      expect(again.stdout).toMatch(/^nothing to do: /);

      await host.run(["systemctl", "daemon-reexec"]);
      for (let restart = 1; restart <= 5; restart += 1) {
        await host.run(["systemctl", "reset-failed", platform.unit]);
        await host.run(["systemctl", "restart", platform.unit]);
        const next = await expectNative(host);
        expect(next).not.toBe(master);
        master = next;
      }

      const next = await bootedAgain(context, host);
      await next.run(["systemctl", "start", "nginx.service"]);
      await answering(next);
      await expectNative(next);

      const back = await cutoverOn(host, "rollback", "--yes");
      expect(back).toMatchObject({ exitCode: 0, stderr: "" });
      expect((await expectSysv(host)).masters).toHaveLength(1);
      expect((await cutoverRecord(host)).outcome).toBe("rolled-back");
      await host.run(["systemctl", "reset-failed", platform.unit]);
      await makeDuplicate(host);
    },
    limitMs,
  );

  test(
    "from one master under load, with logs that belong to root",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1, goesFirst: true });
      const logs = ["error.log", "access.log"].map((name) => `${platform.root}/logs/${name}`);
      await host.run(["chown", "root:root", ...logs]);
      const unfit = await cutoverOn(host, "apply", "--yes");
      expect(unfit.exitCode).toBe(1);
      expect(unfit.stderr).toContain("--fix-ownership");
      await startPagingAgent(host);
      const { load, worked: applied } = await whileLoaded(
        host,
        () => cutoverOn(host, "apply", "--yes", "--fix-ownership"),
        { perSecond: 200, limitS: 100 },
      );
      expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);
      expectOneInstant(`${release}, from one master`, load);
      await expectNative(host);
      expect(await host.run(["stat", "--format=%U", ...logs])).toBe("www-data\nwww-data\n");
      await expectNobodyWoken(host);
    },
    limitMs,
  );

  test(
    "with a socket that systemd holds, five restarts lose no request",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1, goesFirst: true });
      const applied = await whileLoaded(
        host,
        () => cutoverOn(host, "apply", "--yes", "--socket-activation"),
        { perSecond: 200, limitS: 100 },
      );
      expect(applied.worked.exitCode, `${applied.worked.stdout}${applied.worked.stderr}`).toBe(0);
      expectOneInstant(`${release}, to a socket that systemd holds`, applied.load);
      await expectNative(host);
      const { load } = await whileLoaded(
        host,
        async () => {
          for (let restart = 1; restart <= 5; restart += 1) {
            await host.run(["systemctl", "restart", platform.unit]);
            await settledTruth(host, "one whole group", ({ masters }) => masters.length === 1);
          }
        },
        { perSecond: 200, limitS: 100 },
      );
      expect(load).toMatchObject({ failed: 0, failures: [] });
      expect(Object.keys(load.byMaster).length).toBeGreaterThanOrEqual(5);
      await expectNative(host);

      const back = await cutoverOn(host, "rollback", "--yes");
      expect(back).toMatchObject({ exitCode: 0, stderr: "" });
      await expectSysv(host);
    },
    limitMs,
  );

  test(
    "--clean where the path is lost and nobody serves",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1, goesFirst: true });
      await makeDuplicate(host);
      await settledTruth(host, "two whole groups", ({ masters }) => masters.length === 2);
      await host.run(["rm", platform.socket]);
      const live = await cutoverOn(host, "apply", "--yes");
      expect(live.exitCode).toBe(1);
      expect(live.stderr).toContain("nothing was changed");

      const clean = await cutoverOn(host, "apply", "--yes", "--clean");
      expect(clean.exitCode, `${clean.stdout}${clean.stderr}`).toBe(0);
      await expectNative(host);
    },
    limitMs,
  );
});
