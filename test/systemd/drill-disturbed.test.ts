import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, platform } from "../testbed/incident.ts";
import { releases } from "../testbed/test-host.ts";
import { startedHost } from "./support-drill.ts";
import { mainPid, soleMaster } from "./support-truth.ts";

describe.each(releases)("a drill that is disturbed on %s", (release) => {
  test.for<readonly [string, string]>([
    ["its terminal is lost", "os.close(fd)"],
    ["Ctrl-C is pressed twice", 'os.write(fd, b"\\x03"); time.sleep(0.1); os.write(fd, b"\\x03")'],
  ])("the unit is started again where %s meanwhile", async ([, act], context) => {
    const host = await startedHost(context, release, "native");
    const ended = await host.run(["python3", "-", act], { stdin: onTerminal, timeoutMs: 90_000 });
    expect(ended.trim()).toMatch(/^acted, ended with \d+$/);
    await answering(host);
    expect((await soleMaster(host)).pid).toBe(await mainPid(host));
  });

  test("who requires the unit goes on, and who is bound to it is asked for first", async (context) => {
    const host = await startedHost(context, release, "native");
    const dropIn = "/etc/systemd/system/nginx.service.d/needs.conf";
    const before = await mainPid(host);
    await host.write(dropIn, `[Unit]\nBindsTo=${platform.unit}\n`);
    await host.run("systemctl daemon-reload; systemctl start nginx.service");
    const refused = await host.attempt("onemaster drill --yes --cycles 1");
    expect(refused).toMatchObject({ exitCode: 3, stdout: "" });
    expect(refused.stderr).toContain("nginx.service would be stopped with platform.service");
    expect(await mainPid(host)).toBe(before);

    await host.write(dropIn, `[Unit]\nRequires=${platform.unit}\n`);
    // as it was started it goes on, and as it is written now it would not come back
    await host.run("systemctl daemon-reload; echo 'broken {' >>/etc/nginx/nginx.conf");
    const nginx = await host.run("systemctl show --property=MainPID nginx.service");
    const drilled = await host.attempt("onemaster drill --yes --cycles 1", { timeoutMs: 60_000 });
    expect(drilled.exitCode, `it said: ${drilled.stdout}`).toBe(0);
    expect((await host.attempt("systemctl is-active nginx.service")).stdout).toBe("active\n");
    expect(await host.run("systemctl show --property=MainPID nginx.service")).toBe(nginx);
  });

  test("nothing is done while somebody else acts", async (context) => {
    const host = await startedHost(context, release, "native");
    const before = await mainPid(host);
    await host.run("mkdir -p /var/lib/onemaster");
    for (const held of ["/var/lib/onemaster/remediation.lock", platform.root]) {
      const ran = await host.attempt(["flock", held, "onemaster", "drill", "--yes"]);
      expect(ran).toMatchObject({ exitCode: 3, stdout: "" });
      expect(ran.stderr).toContain("nothing was done: another onemaster is ending a group");
    }
    expect(await mainPid(host)).toBe(before);
  });

  test("Ctrl-C: the step under way is finished, the unit runs, exit 3", async (context) => {
    const host = await startedHost(context, release, "native");
    const before = await mainPid(host);
    const going = host.attempt(
      "onemaster drill --cycles 50 --yes >/run/drill.out 2>&1 & echo $! >/run/drill.pid; wait $!",
      { timeoutMs: 60_000 },
    );
    await waitFor(
      "the first row",
      async () => {
        const { stdout } = await host.attempt(["grep", "-c", "sound$", "/run/drill.out"]);
        return Number(stdout) >= 1;
      },
      30_000,
    );
    await host.run("kill -INT $(cat /run/drill.pid)");
    expect((await going).exitCode).toBe(3);
    const master = await soleMaster(host);
    expect(master.pid).toBe(await answering(host));
    expect(master.pid).not.toBe(before);
    const out = await host.run(["cat", "/run/drill.out"]);
    expect(out).toContain("ended early, it was told to stop");
    expect(out).toContain(`MainPID ${master.pid}`);
  });
});

/** Drills on a terminal and, once the unit is being stopped, does what it is told to. */
const onTerminal = `
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("onemaster", ["onemaster", "drill", "--yes", "--cycles", "1"])
said, acted, closed = b"", False, False
until = time.monotonic() + 60
while time.monotonic() < until:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        print("acted," if acted else said, "ended with", os.waitstatus_to_exitcode(status))
        break
    if closed or not select.select([fd], [], [], 0.02)[0]:
        time.sleep(0.02)
        continue
    try:
        said += os.read(fd, 65536)
    except OSError:
        closed = True
    if b"stop: platform" in said and not acted:
        acted = True
        exec(sys.argv[1])
        closed = "close" in sys.argv[1]
`;
