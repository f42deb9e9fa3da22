import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { cutoverOn, cutoverRecord } from "./support-cutover.ts";
import { stopAndStart, sysvPlatform } from "./sysv-platform.ts";

const limitMs = 300_000;
const evil = `${platform.root}/evil`;

/** Starts a gunicorn as www-data in the platform's cgroup, with these words in its title. */
async function forgeMaster(host: ContainerHost, ...words: readonly string[]): Promise<void> {
  const all = ["gunicorn", "-w", "4", "--daemon", ...words];
  const rest = ["-b", `unix:${platform.socket}`, "-m", "007", "run:app"];
  await host.write(
    "/root/forge.py",
    `import os
os.makedirs("/tmp/title", exist_ok=True)
open("/tmp/title/setproctitle.py", "w").write("raise ImportError")
os.chmod("/tmp/title", 0o755)
os.makedirs("${evil}")
os.chown("${evil}", 33, 33)
os.chdir("${platform.root}")
open("/sys/fs/cgroup/system.slice/${platform.unit}/cgroup.procs", "w").write(str(os.getpid()))
os.setgroups([33]); os.setresgid(33, 33, 33); os.setresuid(33, 33, 33)
environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "/tmp/title", "HOLD_MB": "1"}
os.execve("/usr/bin/gunicorn", ${JSON.stringify([...all, ...rest])}, environment)
`,
  );
  await host.run("python3 /root/forge.py");
}

/** Another service's log: root made it, in a folder of root's. */
const foreign = "/var/log/nginx/foreign.log";

describe("what www-data or the agent's user forges", { timeout: limitMs }, () => {
  test.for<readonly [string, readonly string[], readonly string[]]>([
    ["its pidfile, removes nothing", ["--pid", `${evil}/victim`], []],
    ["its log, is given nothing", ["--error-logfile", `${evil}/victim`], ["--fix-ownership"]],
  ])(
    "a master that names a file of /etc as %s",
    { timeout: limitMs },
    async ([, words, flags], context) => {
      const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
      await forgeMaster(host, ...words);
      const made = async (): Promise<boolean> =>
        (await host.attempt(["test", "-s", `${evil}/victim`])).exitCode === 0;
      await waitFor("the forged master", made);
      await host.run(`rm -r ${evil}; ln -s /etc ${evil}; echo 1 >/etc/victim`);
      const { stdout, stderr } = await cutoverOn(host, "apply", "--yes", ...flags);
      process.stderr.write(`forged, ${words.join(" ")}: ${stderr}`);
      expect(`${stdout}${stderr}`).not.toBe("");
      const stands = await host.run(["stat", "--format=%U", "/etc/victim"]);
      expect(stands, `${stdout}${stderr}`).toBe("root\n");
    },
  );

  test(
    "a master that names another service's log is given nothing",
    async (context) => {
      const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
      await host.run(`echo 1 >${foreign}; chmod 600 ${foreign}`);
      await host.run(
        `sed -i 's|f"{root}/logs/error.log"|"${foreign}"|' ` +
          `${platform.root}/bootstrap_gunicorn.py`,
      );
      await stopAndStart(host);
      await host.run(`chown root:root ${foreign}`);
      const refused = await cutoverOn(host, "apply", "--yes", "--fix-ownership");
      process.stderr.write(`another's log: ${refused.stderr}`);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(
        /ownership.*foreign\.log stands in no folder .*chown it by hand/s,
      );
      expect(await host.run(["stat", "--format=%U", foreign])).toBe("root\n");
    },
    limitMs,
  );

  test(
    "a record in the state directory is not what rollback goes by",
    async (context) => {
      const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
      expect((await cutoverOn(host, "apply", "--yes")).exitCode).toBe(0);
      const { target } = await cutoverRecord(host);
      expect(target.backup).toBe("/var/lib/onemaster-cutover/platform.service.backup");
      const stands = ["stat", "--format=%a %U", "/var/lib/onemaster-cutover", target.backup];
      expect(await host.run(stands)).toBe("700 root\n700 root\n");
      // as if somebody had given it to the agent's user with the state directory
      await host.run("chown nobody /var/lib/onemaster-cutover");
      const refused = await cutoverOn(host, "rollback", "--yes");
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain("belongs to user 65534");
      await host.run("chown root /var/lib/onemaster-cutover");
      expect((await cutoverOn(host, "rollback", "--yes")).exitCode).toBe(0);
    },
    limitMs,
  );
});
