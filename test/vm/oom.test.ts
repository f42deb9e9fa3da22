import { expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { reportOf, startAgentService } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { reduced } from "../support/seen.ts";
import { lookOn, onlySocket } from "../systemd/sysv-platform.ts";
import { has, seenIn, settledTruth, type Truth } from "../systemd/truth.ts";
import { agentProcess, freshPlatform, platformCgroup, useMachine } from "./support.ts";

const machine = useMachine();

/** A worker looks for its master only at a request, or after half of this: never by chance here. */
const options = { holdMib: 10, gunicornOptions: "--timeout 3600" };

test("the only master is killed for its memory: its workers still own the path", async () => {
  const host = machine();
  const before = await freshPlatform(host, options);
  const master = before.owner ?? 0;
  await killForMemory(host, master);
  expect(await lookOn(host)).toEqual(seenIn(orphaned(before, master)));
});

test("the serving master is killed for its memory: the stale one and workers stay", async () => {
  const host = machine();
  await freshPlatform(host, options);
  await startAgentService(host, {
    sockets: [{ path: platform.socket, pidfile: platform.pidfile }],
    scan: { interval: "1s", confirm_for: "1s" },
  });
  const agent = await agentProcess(host);
  const { serving } = await makeDuplicate(host);
  const during = await settledTruth(host, "two whole groups", has(2));
  await killForMemory(host, serving);
  const left = seenIn(orphaned(during, serving));
  expect(left.verdict).toBe("duplicate");
  expect(await lookOn(host)).toEqual(left);
  await waitFor(
    "the running agent to say the same",
    async () => {
      expect(left).toMatchObject(reduced(onlySocket(await reportOf(host))));
      return true;
    },
    60_000,
  );

  // a connection makes the workers leave, and with them the last who owned the path
  const after = await settledTruth(host, "the workers to leave", ({ owner }) => owner === null);
  expect(seenIn(after).verdict).toBe("unreachable");
  expect(await lookOn(host)).toEqual(seenIn(after));
  expect(await agentProcess(host)).toEqual(agent);
});

test("the stale master is killed for its memory: systemd stops the serving one", async () => {
  const host = machine();
  await freshPlatform(host, options);
  const { stale, serving } = await makeDuplicate(host);
  const during = await settledTruth(host, "two whole groups", has(2));
  await killForMemory(host, stale);
  // OOMPolicy=stop runs the script's stop, and the pidfile names the one that serves
  await gone(host, serving);
  const { orphans } = orphaned(during, stale);
  const left = seenIn({ owner: null, masters: [], orphans, starting: [] });
  expect(left.verdict).toBe("unreachable");
  expect(await lookOn(host)).toEqual(left);
});

/** What is left when a master of this truth dies and nobody has asked since. */
function orphaned(truth: Truth, dead: number): Truth {
  const workers = truth.masters.find(({ pid }) => pid === dead)?.workers ?? [];
  return {
    ...truth,
    masters: truth.masters.filter(({ pid }) => pid !== dead),
    orphans: [workers],
  };
}

/**
 * Gives a cgroup little more than it has and lets a child take memory there until the kernel has
 * killed the victim for it. Nobody else there can be killed until the limit is gone again: what the
 * victim had comes back late, and what masters and workers share becomes each one's own while they
 * end. A second kill would also end the stop with which systemd answers the first. So from the kill
 * until the limit is gone the kernel refuses memory to all in there, down to the buffer of a read
 * (ENOMEM): the one who watches and lifts the limit stays outside.
 */
const taker = `import mmap, os, signal, sys, time
cgroup, victim = sys.argv[1:]
def read(name):
    with open(f"{cgroup}/{name}") as file:
        return file.read()
def write(path, text):
    with open(path, "w") as file:
        file.write(text)
def adjust(pid, score):
    try:
        write(f"/proc/{pid}/oom_score_adj", score)
    except (FileNotFoundError, ProcessLookupError):
        print(pid, "has left", file=sys.stderr)
def kills():
    return next(line for line in read("memory.events").splitlines() if line.startswith("oom_kill "))
def take(begin):
    room = mmap.mmap(-1, 1 << 30)
    os.read(begin, 1)
    for page in range(0, len(room), mmap.PAGESIZE):
        room[page] = 1
begin, let = os.pipe()
child = os.fork()
if child == 0:
    try:
        take(begin)
    finally:
        os._exit(1)
write(f"{cgroup}/cgroup.procs", str(child))
others = [pid for pid in read("cgroup.procs").split() if pid != victim]
for pid in others:
    adjust(pid, "-1000")
before = kills()
write(f"{cgroup}/memory.max", str(int(read("memory.current")) + (4 << 20)))
os.write(let, b"x")
ended = 0
while kills() == before and not ended:
    ended, status = os.waitpid(child, os.WNOHANG)
    time.sleep(0.001)
write(f"{cgroup}/memory.max", "max")
if not ended:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
for pid in others:
    if pid != str(child):
        adjust(pid, "0")
print(kills())
`;

/**
 * Has the kernel kill this master, and nobody else, by a memory limit of its unit, and comes back
 * when systemd is through with what it does then.
 */
async function killForMemory(host: TestHost, victim: number): Promise<void> {
  const command = ["python3", "-", platformCgroup, `${victim}`];
  expect(await host.run(command, { stdin: taker })).toBe("oom_kill 1\n");
  await gone(host, victim);
  const kernelLog = await host.run(["journalctl", "--dmesg", "--output=cat", "--no-pager"]);
  expect(kernelLog).toContain(`Memory cgroup out of memory: Killed process ${victim} (gunicorn`);
  await waitFor(
    "systemd to have stopped the unit",
    async () => {
      const states = ["--property=ActiveState", "--property=Result", "--value"];
      const shown = await host.run(["systemctl", "show", platform.unit, ...states]);
      return shown === "oom-kill\nfailed\n";
    },
    60_000,
  );
}

async function gone(host: TestHost, pid: number): Promise<void> {
  await waitFor(
    `${pid} to be gone`,
    async () => (await host.attempt(["kill", "-0", `${pid}`])).exitCode !== 0,
    60_000,
  );
}
