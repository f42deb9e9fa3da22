import { afterEach, beforeEach } from "vitest";
import type { ProcessId } from "../../agent/model/process.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import {
  installPlatform,
  platform,
  type PlatformOptions,
  startPlatform,
} from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import { startMachine } from "../testbed/machine.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { has, settledTruth, type Truth } from "../systemd/truth.ts";

/** The cgroup of the platform's unit. */
export const platformCgroup = `/sys/fs/cgroup/system.slice/${platform.unit}`;

const journalLines = 80;

/** Of this process: where test files share one, they share the machine. It ends with it. */
let machine: TestHost | undefined;

/**
 * A machine with the agent installed, booted before the first test that needs one and used for all
 * that follow. After a test that failed the last of its journal is on stderr, and the next test
 * gets another. Skips, or with REQUIRE_REAL=1 throws, where this machine cannot run one.
 */
export function useMachine(): () => TestHost {
  beforeEach(async (context) => {
    requireReal(context, "root", "debootstrap", "qemu");
    if (machine === undefined) {
      machine = await startMachine({ name: "vm" });
      await installAgent(machine);
    }
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail" || machine === undefined) {
      return;
    }
    const failed = machine;
    machine = undefined;
    try {
      const command = ["journalctl", "--no-pager", `--lines=${journalLines}`];
      const { stdout, stderr } = await failed.attempt(command);
      process.stderr.write(`## the journal of the machine:\n${stdout}${stderr}`);
    } finally {
      await failed.stop();
    }
  });
  return () => {
    if (machine === undefined) {
      throw new Error("there is a machine only inside a test");
    }
    return machine;
  };
}

/** Ends whatever a test left running, sets the platform up anew and starts it: one whole group. */
export async function freshPlatform(
  host: TestHost,
  options: Omit<PlatformOptions, "service">,
): Promise<Truth> {
  await host.run(`
    systemctl stop onemaster.service hog.service 2>/dev/null || true
    rm -f ${platform.pidfile} ${platform.socket}
    if [ -d ${platformCgroup} ]; then echo 1 >${platformCgroup}/cgroup.kill; fi`);
  const populated = ["grep", "--quiet", "populated 1", `${platformCgroup}/cgroup.events`];
  await waitFor(
    "what ran of the platform to be gone",
    async () => (await host.attempt(populated)).exitCode !== 0,
    60_000,
  );
  await host.run(`
    systemctl stop ${platform.unit} 2>/dev/null || true
    systemctl revert ${platform.unit} 2>/dev/null || true
    systemctl reset-failed`);
  await installPlatform(host, options);
  await startPlatform(host);
  return settledTruth(host, "the platform with all its workers", has(1));
}

/** A line of /proc/meminfo, such as `MemTotal`, in bytes. */
export async function meminfo(host: TestHost, name: string): Promise<number> {
  // counters of each processor are added to those of the machine first
  const text = await host.run("cat /proc/sys/vm/stat_refresh; cat /proc/meminfo");
  const kib = new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1];
  if (kib === undefined) {
    throw new Error(`/proc/meminfo has no line ${name}`);
  }
  return Number(kib) * 1024;
}

/** The agent's process as systemd knows it, and how often systemd had to start it again. */
export async function agentProcess(
  host: TestHost,
): Promise<ProcessId & { readonly restarts: number }> {
  const shown = await host.run(
    "systemctl show onemaster.service --property=MainPID --property=NRestarts --value",
  );
  const [pid = 0, restarts = 0] = shown.trim().split("\n").map(Number);
  const stat = await host.run(["cat", `/proc/${pid}/stat`]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, startTicks: Number(fields[19]), restarts };
}

/** Starts a program that takes memory until only `leftMib` are available, and holds it. */
export async function startHog(host: TestHost, leftMib: number): Promise<void> {
  await host.write("/usr/local/lib/hog.py", hog);
  const command = ["python3", "/usr/local/lib/hog.py", `${leftMib}`];
  await host.run(["systemd-run", "--quiet", "--unit=hog", ...command]);
}

/** Pages are populated by the kernel: to touch each one takes an emulated processor minutes. */
const hog = `import mmap, sys, time
def available():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) >> 10 for line in file if line.startswith("MemAvailable"))
left, held = int(sys.argv[1]), []
while True:
    spare = available() - left
    if spare > 0:
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
        held.append(mmap.mmap(-1, min(spare, 64) << 20, flags))
    else:
        time.sleep(0.1)
`;
