import type { ProcessId } from "../../agent/model/process.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** A process as its host shows it. */
export interface HostProcess extends ProcessId {
  /** As proc_pid_stat(5) has it: `T` is stopped. */
  readonly state: string;
  readonly comm: string;
}

/** What a test runs on a host has no parent there; what the agent asks comes and goes. */
const script = `
import json, os
def read(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="latin1") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    at = text.rindex(")")
    rest = text[at + 2:].split()
    return dict(pid=pid, comm=text[text.index("(") + 1:at], state=rest[0], parent=int(rest[1]),
                startTicks=int(rest[19]))
found = [read(int(name)) for name in os.listdir("/proc") if name.isdigit()]
living = {one["pid"]: one for one in found if one and one["state"] not in "ZX"}
def lasting(one):
    while one and one["pid"] != 1:
        one = one["comm"] not in ("ss", "systemctl", "journalctl") and living.get(one["parent"])
    return bool(one)
print(json.dumps([one for one in living.values() if lasting(one)]))
`;

/** All living processes of a host but those that a test runs there. */
export async function processesOn(host: TestHost): Promise<readonly HostProcess[]> {
  return JSON.parse(await host.run(["python3", "-"], { stdin: script })) as HostProcess[];
}

/** Those of some processes that do not live any more. */
export async function goneOf(
  host: TestHost,
  processes: readonly HostProcess[],
): Promise<readonly HostProcess[]> {
  const key = ({ pid, startTicks }: ProcessId): string => `${pid}:${startTicks}`;
  const living = new Set((await processesOn(host)).map(key));
  return processes.filter((one) => !living.has(key(one)));
}
