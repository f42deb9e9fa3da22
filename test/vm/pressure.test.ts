import { expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { reportOf, startAgentService } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { reduced } from "../support/seen.ts";
import { duplicatePage, pageOf } from "../systemd/metrics-page.ts";
import { lookOn, onlySocket } from "../systemd/sysv-platform.ts";
import { has, seenIn, settledTruth } from "../systemd/truth.ts";
import {
  agentProcess,
  freshPlatform,
  meminfo,
  platformCgroup,
  startHog,
  useMachine,
} from "./support.ts";

const machine = useMachine();
const mebibyte = 1 << 20;
const looks = 5;

test("the verdict stays right while memory is short", async () => {
  const host = machine();
  await freshPlatform(host, { holdMib: 20 });
  await startAgentService(host, {
    sockets: [{ path: platform.socket, unit: platform.unit }],
    scan: { interval: "1s", confirm_for: "1s" },
  });
  const agent = await agentProcess(host);
  await makeDuplicate(host);
  const truth = await settledTruth(host, "two whole groups", has(2));
  await waitFor(
    "the duplicate to be confirmed",
    async () => onlySocket(await reportOf(host)).confirmed,
    60_000,
  );
  const rssBytes = await rssOf(host, agent.pid);
  const kills = await killsOf(host);
  const right = seenIn(truth);
  const looksRight = async (): Promise<void> => {
    expect(await lookOn(host)).toEqual(right);
    for (let look = 0; look < looks; look += 1) {
      expect(right).toMatchObject(reduced(onlySocket(await reportOf(host))));
      expect(await pageOf(host)).toEqual(duplicatePage);
    }
  };

  await startHog(host, 160);
  await waitFor(
    "memory to be short",
    async () => (await meminfo(host, "MemAvailable")) < 200 * mebibyte,
    120_000,
  );
  await looksRight();
  expect(await host.run("systemctl is-active hog.service")).toBe("active\n");
  await host.run("systemctl stop hog.service");

  // less than the unit has, and without swap nothing of it can be taken away
  await host.run(`systemctl set-property --runtime ${platform.unit} MemoryHigh=100M`);
  const churn = await startChurn(host);
  const waitedUs = await stalledUs(host);
  await looksRight();
  expect((await stalledUs(host)) - waitedUs).toBeGreaterThan(1_000_000);
  await host.run(["kill", "-KILL", churn]);

  expect(await killsOf(host)).toBe(kills);
  expect(await agentProcess(host)).toEqual(agent);
  expect(await rssOf(host, agent.pid)).toBeLessThan(1.5 * rssBytes);
});

/** Takes memory over and over; each time the kernel makes it wait while its unit has too much. */
const churning = `import os, sys
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
while True:
    held = bytearray(b"x") * (4 << 20)
`;

/** Starts a program in the unit that takes memory again and again, and answers its pid. */
async function startChurn(host: TestHost): Promise<string> {
  await host.write("/usr/local/lib/churn.py", churning);
  const pid = await host.run(`
    python3 /usr/local/lib/churn.py ${platformCgroup}/cgroup.procs >/dev/null 2>&1 &
    echo $!`);
  return pid.trim();
}

/** How many processes of the machine the kernel has killed for their memory. */
async function killsOf(host: TestHost): Promise<string> {
  return host.run(["grep", "oom_kill ", "/proc/vmstat"]);
}

/** The resident memory of a process, in bytes. */
async function rssOf(host: TestHost, pid: number): Promise<number> {
  const status = await host.run(["cat", `/proc/${pid}/status`]);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** For how long some process of the unit has waited for memory, in microseconds. */
async function stalledUs(host: TestHost): Promise<number> {
  const text = await host.run(["cat", `${platformCgroup}/memory.pressure`]);
  return Number(/^some .* total=(\d+)$/m.exec(text)?.[1]);
}
