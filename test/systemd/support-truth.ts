import type { ProcessId } from "../../agent/model/process.ts";
import { answering, platform } from "../testbed/incident.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { waitFor } from "../support/wait.ts";

/** A living gunicorn master as /proc on its host shows it, read without the agent. */
export interface TrueMaster extends ProcessId {
  /** Of its parent; another master's in a USR2 upgrade. */
  readonly parentPid: number;
  /** As ps(1) names it; null: in none. */
  readonly unit: string | null;
  /** Inodes of named unix listeners that it holds. */
  readonly listeners: readonly number[];
  /** Living children that catch what a worker catches and nothing of a master's own. */
  readonly workers: readonly ProcessId[];
  /** Its other living children, successors left out: also workers that are about to end. */
  readonly others: readonly number[];
}

/**
 * Masters are told by the signals they catch, workers by theirs and their parent, listeners by
 * the socket table and the descriptor links; python3 is there because gunicorn is.
 */
const script = `
import json, os, re, subprocess
HUP, ABRT, USR2, CHLD = (1 << number - 1 for number in (1, 6, 12, 17))

def text(path):
    try:
        with open(path, encoding="latin1") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None

def caught(pid):
    found = re.search(r"^SigCgt:\\t(\\w+)$", text(f"/proc/{pid}/status") or "", re.M)
    return int(found[1], 16) if found else 0

def sockets(pid):
    inodes = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            found = re.match(r"socket:\\[(\\d+)\\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
            if found:
                inodes.add(int(found[1]))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return inodes

def unit(pid):
    ran = subprocess.run(["ps", "-o", "unit=", "-p", str(pid)], capture_output=True, text=True)
    name = ran.stdout.strip()
    return None if name in ("", "-") else name

rows = re.findall(r"^\\S+ \\S+ \\S+ 00010000 0001 01 +(\\d+) [^@\\n]", text("/proc/net/unix"), re.M)
living = {}
for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
    stat = text(f"/proc/{pid}/stat")
    fields = stat[stat.rindex(")") + 2:].split() if stat else ["Z"]
    if fields[0] not in "ZX":
        living[pid] = dict(pid=pid, parentPid=int(fields[1]), startTicks=int(fields[19]))
listeners = set(map(int, rows))
masters, workers = {}, {}
for pid, process in living.items():
    mask = caught(pid)
    if mask & HUP and mask & USR2 and mask & CHLD and not mask & ABRT:
        held = sorted(sockets(pid) & listeners)
        if held:
            masters[pid] = dict(process, unit=unit(pid), listeners=held, workers=[], others=[])
    elif mask & ABRT and not mask & (HUP | USR2):
        workers[pid] = dict(pid=pid, startTicks=process["startTicks"])
for pid, process in living.items():
    parent = masters.get(process["parentPid"])
    if parent and pid in workers:
        parent["workers"].append(workers[pid])
    elif parent and pid not in masters:
        parent["others"].append(pid)
print(json.dumps(sorted(masters.values(), key=lambda one: (one["startTicks"], one["pid"]))))
`;

/** All living gunicorn masters of a host that hold a listener, oldest first. */
export async function mastersOn(host: TestHost): Promise<readonly TrueMaster[]> {
  const parsed: unknown = JSON.parse(await host.run(["python3", "-"], { stdin: script }));
  if (!isMasters(parsed)) {
    throw new Error(`not a list of masters: ${JSON.stringify(parsed)}`);
  }
  return parsed;
}

/** How many workers each master of the platform has. */
const workerCount = 4;

/**
 * Waits until the host has exactly this many masters, each with all its workers and no other
 * child, and gives them, oldest first.
 */
function settledMasters(host: TestHost, count: number): Promise<readonly TrueMaster[]> {
  return waitFor(
    `${host.name} to have ${count} masters with ${workerCount} workers each`,
    async () => {
      const masters = await mastersOn(host);
      const whole = masters.every(
        ({ workers, others }) => workers.length === workerCount && others.length === 0,
      );
      return masters.length === count && whole ? masters : undefined;
    },
    45_000,
  );
}

/** Waits until exactly one master is left, whole and answering at the path, and gives it. */
export async function soleMaster(host: TestHost): Promise<TrueMaster> {
  const [master] = await settledMasters(host, 1);
  const owner = await answering(host);
  if (master === undefined || master.pid !== owner) {
    throw new Error(`master ${master?.pid} is the only one, but ${owner} answers`);
  }
  return master;
}

/** Waits until there are exactly two masters, both whole, and gives them. */
export async function twoMasters(
  host: TestHost,
): Promise<{ readonly older: TrueMaster; readonly newer: TrueMaster }> {
  const [older, newer] = await settledMasters(host, 2);
  if (older === undefined || newer === undefined) {
    throw new Error("two masters were waited for");
  }
  return { older, newer };
}

/** What systemd takes for the main process of the platform's unit; 0: none. */
export async function mainPid(host: TestHost): Promise<number> {
  const property = ["show", "--property=MainPID", "--value", platform.unit];
  return Number(await host.run(["systemctl", ...property]));
}

/** The inode of the file at the platform's path; null when there is none. */
export async function fileAtPath(host: TestHost): Promise<number | null> {
  const { exitCode, stdout } = await host.attempt(["stat", "--format=%i", platform.socket]);
  return exitCode === 0 ? Number(stdout) : null;
}

function isMasters(value: unknown): value is readonly TrueMaster[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) =>
        typeof one === "object" && one !== null && "listeners" in one && "workers" in one,
    )
  );
}
