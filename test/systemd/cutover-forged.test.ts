import { expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, platform } from "../testbed/incident.ts";
import { cutoverOn } from "./support-cutover.ts";
import { mainPid } from "./support-truth.ts";
import { stopAndStart, sysvPlatform } from "./sysv-platform.ts";
import { truthOf } from "./truth.ts";

const limitMs = 300_000;
const { root } = platform;

test(
  "a file that www-data can change is read into the service by nobody who is root",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const file = `${root}/.env`;
    await host.run(
      `echo FOO=bar >${file}; chown www-data:www-data ${file}; ` +
        `sed -i 's|^set +a|. ${file}\\nset +a|' /etc/init.d/platform`,
    );
    await stopAndStart(host);
    const kept = await cutoverOn(host, "plan", "--keep-root");
    expect(kept.stdout).toMatch(/not-roots .*others than root can change\s+\/var\/www\/\S+;/);
    // behind a title nobody can read what of it runs, and the file may be a link by now
    const asked = await cutoverOn(host, "apply", "--yes");
    expect(asked.exitCode).toBe(1);
    expect(asked.stderr).toMatch(/others than root can change \S+\.env, .*--environment-file/s);
    const named = await cutoverOn(host, "apply", "--yes", "--environment-file", file);
    expect(named.stderr).toMatch(/\(environment\): others than root can change \S+\.env/);

    await host.run("rm -r /usr/lib/python3/dist-packages/setproctitle*");
    await host.run(`echo MALLOC_TRACE=/tmp/hush >>${file}`);
    await stopAndStart(host);
    const plan = (await cutoverOn(host, "plan")).stdout.replaceAll(/\s+/g, " ");
    expect(plan).toContain("MALLOC_TRACE: left out of the environment");
    expect(plan).toContain(`others than root can change ${file}: the unit does not name it`);
    expect(plan).not.toContain("hush");
    const applied = await cutoverOn(host, "apply", "--yes");
    expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);
    const unit = await host.run("cat /etc/systemd/system/platform.service");
    expect(unit).not.toContain(file);
    expect(unit).toContain("EnvironmentFile=-/etc/default/platform-native\n");
    expect(unit).toContain("ExecStartPre=/bin/sh -c ");

    await host.run("echo SECRET=roots >/root/secret; chmod 600 /root/secret");
    await host.run(`ln -sf /root/secret ${file}; systemctl restart platform`);
    await answering(host);
    const pid = await mainPid(host);
    const environment = (await host.run(`tr '\\0' '\\n' </proc/${pid}/environ`)).split("\n");
    expect(environment).toContain("FOO=bar");
    expect(environment.join(" ")).not.toMatch(/SECRET|MALLOC_TRACE/);
  },
  limitMs,
);

test(
  "--name: the gate of another unit lets the masters pass that it takes over from",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const applied = await cutoverOn(host, "apply", "--yes", "--name", "web");
    expect(applied.exitCode, `${applied.stdout}${applied.stderr}`).toBe(0);
    const said = await host.run("journalctl --unit=web --output=cat --no-pager");
    expect(said).toMatch(/gate: pass: .* set masters? .*aside in onemaster-before-web\.scope/);
    expect((await truthOf(host)).masters).toHaveLength(1);
  },
  limitMs,
);

test(
  "--clean: a trial that fails leaves the live path alone, however it is written",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await host.run(
      `sed -i 's|"unix:sampleplatform.sock"|"unix:/var/../var${root.slice(4)}/sampleplatform.sock"|' ` +
        `${root}/bootstrap_gunicorn.py`,
    );
    await stopAndStart(host);
    await host.run(
      `printf '%s\\n' 'import os' 'if "onemaster-trial" in open("/proc/self/cgroup").read(): ` +
        `raise SystemExit(3)' >>${root}/run.py`,
    );
    const listeners = async () =>
      (await truthOf(host)).masters.map(({ pid, listener }) => [pid, listener]);
    const before = await listeners();
    const clean = await cutoverOn(host, "apply", "--yes", "--clean");
    expect(clean.exitCode).toBe(1);
    expect(clean.stderr).toContain("tried beside the live path");
    expect(await listeners()).toEqual(before);
    await answering(host);
  },
  limitMs,
);

test(
  "a master that www-data has forged writes no line of the unit",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await host.run(
      "mkdir /tmp/evil; echo 'raise ImportError' >/tmp/evil/setproctitle.py; chmod 755 /tmp/evil",
    );
    const name = "x\\nExecStartPre=+/bin/sh -c 'id >/root/pwned'\\nX-A=y";
    const words = `"-w","4","--daemon","-b","unix:${platform.socket}","-m","007","-n","${name}"`;
    await host.write(
      "/root/forge.py",
      `import os
os.chdir("${root}")
open("/sys/fs/cgroup/system.slice/platform.service/cgroup.procs", "w").write(str(os.getpid()))
os.setgroups([33]); os.setresgid(33, 33, 33); os.setresuid(33, 33, 33)
os.execve("/usr/bin/gunicorn", ["gunicorn",${words},"run:app"],
  {"PATH": "/usr/bin:/bin", "PYTHONPATH": "/tmp/evil", "HOLD_MB": "1"})
`,
    );
    const own = await answering(host);
    await host.run("python3 /root/forge.py");
    await waitFor("the forged master", async () => (await answering(host)) !== own);
    const plan = await cutoverOn(host, "plan");
    expect(plan.stdout).not.toContain("pwned");
    expect(plan.stdout).toContain("bootstrap_gunicorn.py line");
    const root0 = await cutoverOn(host, "plan", "--keep-root");
    expect(root0.stdout).toContain("does not run as root today");
  },
  limitMs,
);
