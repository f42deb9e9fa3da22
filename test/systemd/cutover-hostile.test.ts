import { expect, test } from "vitest";
import { answering, platform } from "../testbed/incident.ts";
import { cutoverOn, cutoverRecord, expectNative, expectSysv } from "./support-cutover.ts";
import { stopAndStart, sysvPlatform } from "./sysv-platform.ts";
import { has, settledTruth, truthOf } from "./truth.ts";

const limitMs = 240_000;

test(
  "a script whose pidfile systemd follows is refused, and nobody is touched",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await host.run(
      `sed -i 's|^# As it was in production|# pidfile: ${platform.pidfile}\\n&|' /etc/init.d/platform
      systemctl daemon-reload`,
    );
    await stopAndStart(host);
    const before = await settledTruth(host, "one whole group", has(1));
    const { exitCode, stderr } = await cutoverOn(host, "apply", "--yes");
    expect(stderr).toMatch(/unit-unsuitable.*systemd follows process \d+|# pidfile:/);
    expect(exitCode).toBe(1);
    expect(await truthOf(host)).toEqual(before);
  },
  limitMs,
);

test(
  "an upgrade in the midst of the preflight: what serves is neither ended nor started again",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await host.run(
      `mkdir -p /sys/fs/cgroup/user.slice/session-7.scope
      for p in $(cat /sys/fs/cgroup/system.slice/platform.service/cgroup.procs); do
        echo $p >/sys/fs/cgroup/user.slice/session-7.scope/cgroup.procs
      done`,
    );
    const before = await truthOf(host);
    await host.write(
      "/root/usr2.sh",
      `for i in $(seq 1 2000); do
        if ls -d /run/onemaster-trial-* >/dev/null 2>&1; then
          sleep 0.3; kill -USR2 $(cat ${platform.pidfile}); exit
        fi
        sleep 0.05
      done`,
    );
    await host.run("setsid sh /root/usr2.sh >/dev/null 2>&1 &");
    const words = ["apply", "--yes", "--unit", "platform", "--socket", platform.socket];
    const { exitCode, stdout, stderr } = await cutoverOn(host, ...words);
    expect(exitCode, `${stdout}${stderr}`).toBe(1);
    const pids = (await truthOf(host)).masters.map(({ pid }) => pid);
    for (const { pid } of before.masters) expect(pids, `${stdout}${stderr}`).toContain(pid);
    expect(pids.length).toBeLessThanOrEqual(2);
    await answering(host);
  },
  limitMs,
);

test(
  "under another name, back again, and no way back is found before anything is stopped",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const named = await cutoverOn(host, "apply", "--yes", "--name", "web");
    expect(named.exitCode, `${named.stdout}${named.stderr}`).toBe(0);
    expect((await truthOf(host)).masters).toHaveLength(1);
    const back = await cutoverOn(host, "rollback", "--yes");
    expect(back.exitCode, `${back.stdout}${back.stderr}`).toBe(0);
    await expectSysv(host);

    const applied = await cutoverOn(host, "apply", "--yes");
    expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);
    const owner = await expectNative(host);
    const { backup } = (await cutoverRecord(host)).target;
    await host.run(["mv", backup, `${backup}.away`]);
    const refused = await cutoverOn(host, "rollback", "--yes");
    expect(refused.stderr).toMatch(/nothing was changed: .*is gone, and its copy .* is missing/);
    expect(refused.exitCode).toBe(1);
    expect(await expectNative(host)).toBe(owner);

    // a script that does not start: the native unit serves again
    await host.run(["mv", `${backup}.away`, backup]);
    const launcher = `${platform.root}/bootstrap_gunicorn.py`;
    await host.run(`cp -a ${launcher} /root/; echo 'raise SystemExit(3)' >${launcher}`);
    const failed = await cutoverOn(host, "rollback", "--yes");
    process.stderr.write(`${failed.stdout}${failed.stderr}`);
    expect(failed.exitCode).toBe(1);
    await expectNative(host);
    await host.run(`cp -a /root/bootstrap_gunicorn.py ${launcher}`);
    const again = await cutoverOn(host, "rollback", "--yes");
    expect(again.exitCode, `${again.stdout}${again.stderr}`).toBe(0);
    await expectSysv(host);
  },
  limitMs,
);

test(
  "killed as the old master has ended: it goes forward, also while nginx is down",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await host.write(
      "/root/kill.sh",
      `old=$(cat ${platform.pidfile}); onemaster cutover apply --yes >/root/out 2>&1 & p=$!
      while kill -0 $old 2>/dev/null; do :; done; kill -9 $p; wait`,
    );
    await host.run("bash /root/kill.sh", { timeoutMs: 100_000 });
    const { owner } = await settledTruth(host, "the native unit", ({ masters }) => {
      return masters.length === 1;
    });
    await host.run("systemctl stop nginx");
    const { stdout, stderr } = await cutoverOn(host, "apply", "--yes");
    process.stderr.write(`${stdout}${stderr}`);
    expect((await truthOf(host)).owner, `${stdout}${stderr}`).toBe(owner);
    await host.run("systemctl start nginx");
    await expectNative(host);
  },
  limitMs,
);
