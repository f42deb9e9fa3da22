import { expect, test } from "vitest";
import { platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { stateDir } from "./support-acting.ts";
import { cutoverRecord, expectNative, expectSysv } from "./support-cutover.ts";
import {
  carriedOut,
  expectApplied,
  expectEnd,
  expectUnfelt,
  isToCome,
  launcher,
  meanwhile,
  scriptIsLate,
} from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 300_000;
const cutovers = `${stateDir}-cutover`;

test(
  "what a script started is ended where no gunicorn comes of it, and no late one is a second",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await expectApplied(host);
    await scriptIsLate(host, 3600);
    expect(await expectEnd(host, 1, "rollback")).toContain("the native unit serves again");
    await expectNative(host);
    expect(await isToCome(host, 3600)).toBe(false);

    await scriptIsLate(host, 25);
    const { exitCode, said } = await carriedOut(host, "rollback");
    // nobody is on the way any more
    expect(await isToCome(host, 25), `it said: ${said}`).toBe(false);
    const { masters } = await settledTruth(host, "one to serve", ({ owner }) => owner !== null);
    expect(masters, `it said: ${said}`).toHaveLength(1);
    await (exitCode === 0 ? expectSysv(host) : expectNative(host));
  },
  limitMs,
);

test(
  "a way back into a read-only folder, or with a full disk, is refused before anybody is stopped",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const native = await expectApplied(host);
    await host.run(
      `mount --bind /etc/init.d /etc/init.d
      mount -o remount,ro,bind /etc/init.d`,
    );
    await expectRefusedUnfelt(host, native);
    await host.run("umount /etc/init.d");

    await host.run(
      `cp -a ${cutovers} /root/kept
      mount -t tmpfs -o size=256k none ${cutovers}
      cp -a /root/kept/. ${cutovers}/
      dd if=/dev/zero of=${cutovers}/fill bs=4k 2>/dev/null || true`,
    );
    await expectRefusedUnfelt(host, native);
    await host.run(`umount ${cutovers}`);
    await expectEnd(host, 0, "rollback");
    await expectSysv(host);
  },
  limitMs,
);

test(
  "a masked unit refuses the way back, and a process that the old pidfile names by now lives on",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await expectEnd(host, 0, "apply", "--name", "web.service");
    const { owner } = await truthOf(host);
    await host.run(["systemctl", "mask", platform.unit]);
    await expectRefusedUnfelt(host, owner);
    await host.run(["systemctl", "unmask", platform.unit]);
    await expectInnocentSpared(host);

    await expectApplied(host);
    const pidfile = await host.attempt(["cat", platform.pidfile]);
    expect(pidfile.exitCode, `${platform.pidfile} names ${pidfile.stdout}`).toBe(1);
    await expectInnocentSpared(host);
  },
  limitMs,
);

test(
  "told to stop while the native unit is put back, a way back puts it back all the same",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await expectApplied(host);
    await host.run(`echo 'raise SystemExit(1)' >${launcher}`);
    for (const what of ["check-old", "restore-new"]) {
      const moment = { on: "step", what, act: "SIGINT" } as const;
      const { exitCode, said } = await meanwhile(host, [moment], "rollback");
      expect(exitCode, `it said: ${said}`).toBe(1);
      await expectNative(host);
      const { outcome, undoing, ending } = await cutoverRecord(host);
      expect({ outcome, undoing, ending }).toEqual({
        outcome: "failed",
        undoing: null,
        ending: expect.stringContaining("the native unit serves again"),
      });
    }
  },
  limitMs,
);

test(
  "a way back is no failure while nginx is down, and no success with the native master",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await expectApplied(host);
    await host.run("systemctl stop nginx.service");
    expect(await expectEnd(host, 0, "rollback")).toMatch(/rolled back: .*nginx/);
    expect((await expectSysv(host)).masters).toHaveLength(1);
    await host.run("systemctl start nginx.service");

    const native = await expectApplied(host);
    await host.run(
      `systemctl disable ${platform.unit}
      rm -f /etc/systemd/system/${platform.unit}
      systemctl daemon-reload`,
    );
    const { exitCode, said } = await carriedOut(host, "rollback");
    const { owner, masters } = await settledTruth(
      host,
      "one to serve",
      (one) => one.owner !== null,
    );
    expect(masters, `it said: ${said}`).toHaveLength(1);
    // refused with a cure while it serves, or it is the script's own by now
    const isKept = owner === native;
    expect({ exitCode, isKept }, `it said: ${said}`).toEqual({ exitCode: isKept ? 1 : 0, isKept });
    expect(said).toMatch(isKept ? /nothing was changed: .*systemctl/ : /rolled back: /);
  },
  limitMs,
);

/** Nothing that serves was stopped, and who serves is not another. */
async function expectRefusedUnfelt(host: TestHost, owner: number | null): Promise<void> {
  const rollback = (): ReturnType<typeof carriedOut> => carriedOut(host, "rollback");
  const { load, worked } = await whileLoaded(host, rollback, { perSecond: 100 });
  expect(worked.exitCode, `it said: ${worked.said}`).toBe(1);
  expectUnfelt(load, worked.said);
  expect((await truthOf(host)).owner, `it said: ${worked.said}`).toBe(owner);
}

/** The old pidfile names somebody else, and the way back leads to the init script all the same. */
async function expectInnocentSpared(host: TestHost): Promise<void> {
  const unit = "innocent.service";
  await host.run(
    `systemctl is-active --quiet ${unit} || systemd-run --quiet --unit=${unit} sleep 9999
    systemctl show --value --property=MainPID ${unit} >${platform.pidfile}`,
  );
  const pid = (await host.run(["cat", platform.pidfile])).trim();
  await expectEnd(host, 0, "rollback");
  const { owner, masters } = await expectSysv(host);
  expect(masters).toHaveLength(1);
  // what the script's stop reads
  expect(Number(await host.run(["cat", platform.pidfile]))).toBe(owner);
  expect((await host.run(["cat", `/proc/${pid}/comm`])).trim()).toBe("sleep");
}
