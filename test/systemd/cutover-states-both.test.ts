import { describe, expect, test } from "vitest";
import { answering, platform } from "../testbed/incident.ts";
import { releases } from "../testbed/test-host.ts";
import { cutoverRecord, expectNative, expectSysv } from "./support-cutover.ts";
import { carriedOut, expectApplied, expectEnd, meanwhile } from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 240_000;

describe.each(releases)("on %s", (release) => {
  test(
    "a person stops the native unit while the old master waits to be ended: that one serves again",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      const before = await answering(host);
      const stop = `systemctl stop ${platform.unit}`;
      const moment = { on: "step", what: "end-old", after: 1, act: stop } as const;
      const { exitCode, said } = await meanwhile(host, [moment], "apply");
      expect(exitCode, `exit code of: ${said}`).toBe(1);
      expect((await expectSysv(host)).owner).toBe(before);
      expect((await cutoverRecord(host)).outcome).toBe("undone");
      await expectApplied(host);
    },
    limitMs,
  );

  test(
    "an old master that answers nobody is not led back to from a native unit that serves",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      const moment = { on: "step", what: "end-old", after: 0.3, act: "SIGKILL" } as const;
      await meanwhile(host, [moment], "apply");
      const two = await settledTruth(host, "both", ({ masters }) => masters.length === 2);
      const old = (await cutoverRecord(host)).served?.master.pid;
      await host.run(`kill -STOP ${old}; pkill -KILL -P ${old}`);
      const { exitCode, said } = await carriedOut(host, "rollback");
      expect(exitCode, `exit code of: ${said}`).toBe(1);
      expect(said).toMatch(
        /nothing was changed: master \d+ listens, but asked by its second name:/,
      );
      expect((await truthOf(host)).owner).toBe(two.owner);
      await expectEnd(host, 0, "apply");
      expect(await expectNative(host)).toBe(two.owner);
    },
    limitMs,
  );
});
