import {
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { onTestFinished } from "vitest";
import type { ProcessId } from "../../agent/model/process.ts";
import type { EndingPlan, RemediationRecord } from "../../agent/model/remediation.ts";
import { builtAgent, runAgent, type Surroundings } from "./agent.ts";
import type { TestFolder } from "./folder.ts";
import { type Gunicorn, type GunicornOptions, idOf, startGunicorn } from "./gunicorn.ts";
import { allLiving, linksOf, living, ticksNow } from "./process.ts";
import { holdersOf } from "./lease.ts";
import { exitOf, startProgram } from "./program.ts";
import { waitFor } from "./wait.ts";

/** A stale group beside the one that serves, as `startDuplicate` makes it. */
export interface Duplicate {
  readonly folder: TestFolder;
  readonly path: string;
  /** Another name of the stale group's own socket file: whoever connects there reaches it. */
  readonly stalePath: string;
  readonly stale: Gunicorn;
  readonly owner: Gunicorn;
  /** Inode of the file at `path`. */
  readonly inode: number;
}

/** Starts two daemons on one path, `first` with what differs of the one that becomes stale. */
export async function startDuplicate(
  options: Omit<GunicornOptions, "bind" | "daemon">,
  first: Partial<GunicornOptions> = {},
): Promise<Duplicate> {
  const { folder } = options;
  const path = folder.at("app.sock");
  const stalePath = folder.at("stale.link");
  const stale = await startGunicorn({ ...options, daemon: true, ...first });
  linkSync(path, stalePath);
  const owner = await startGunicorn({ ...options, daemon: true });
  return { folder, path, stalePath, stale, owner, inode: statSync(path).ino };
}

/** Waits until a master is so old that the agent trusts it to serve. */
export async function settled({ startTicks, pid }: ProcessId): Promise<void> {
  const enoughTicks = 1_020;
  await waitFor(
    `master ${pid} to have lasted for ten seconds`,
    () => ticksNow() - startTicks >= enoughTicks,
    30_000,
  );
}

/** What a run of `onemaster remediate --json` came to. */
export interface Remediated {
  readonly exitCode: number | null;
  readonly plans: readonly EndingPlan[];
  readonly records: readonly RemediationRecord[];
  /** Labels of all reasons against its plans, each once. */
  readonly reasons: readonly string[];
  readonly stderr: string;
}

/** Where a group is to be ended, and under which settings. */
export interface Place {
  readonly folder: TestFolder;
  readonly path: string;
  /** Added to `remediation` of the settings; absent: confirm_for 1s and grace 10s. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Absent: the folder `state` of the test's folder. */
  readonly stateDir?: string;
  readonly surroundings?: Surroundings;
}

/** Where the agent of these tests keeps what it does. */
function stateDirOf({ folder, stateDir }: Pick<Place, "folder" | "stateDir">): string {
  return stateDir ?? folder.at("state");
}

/** Runs `onemaster remediate --json`, with `--yes` unless other parameters are given. */
export async function remediate(
  place: Place,
  parameters: readonly string[] = ["--yes"],
): Promise<Remediated> {
  const config = actingConfig(place);
  const command = ["remediate", "--json", "--config", config, ...parameters];
  const { exitCode, stdout, stderr } = await runAgent(command, place.surroundings);
  const { plans, records } = readAnswer(stdout, stderr);
  const reasons = plans.flatMap(({ refusals }) => refusals.map(({ reason }) => reason));
  return { exitCode, plans, records, reasons: [...new Set(reasons)], stderr };
}

/** Writes the settings of a place to a file and gives its path. */
export function actingConfig(place: Place): string {
  const { folder, path, settings } = place;
  const config = folder.at("acting.yml");
  writeFileSync(
    config,
    // JSON is YAML
    JSON.stringify({
      state_dir: stateDirOf(place),
      sockets: [{ path }],
      remediation: { confirm_for: "1s", grace: "10s", ...settings },
    }),
  );
  return config;
}

function readAnswer(stdout: string, stderr: string): Pick<Remediated, "plans" | "records"> {
  try {
    return JSON.parse(stdout) as Pick<Remediated, "plans" | "records">;
  } catch (error) {
    throw new Error(`not what remediate prints: ${stdout}${stderr}`, { cause: error });
  }
}

/** A living process and how it is: `T` is stopped. */
export interface Member extends ProcessId {
  readonly state: string;
}

/** Everything alive that one start brought to life, in order of pid. */
export function membersOf({ program }: Gunicorn): readonly ProcessId[] {
  return holdersOf(program.lease)
    .map(idOf)
    .toSorted((one, other) => one.pid - other.pid);
}

/** Master and workers as they were at the start, as `membersOf` gives them. */
export function startedAs({ master, workers }: Gunicorn): readonly ProcessId[] {
  return [master, ...workers].toSorted((one, other) => one.pid - other.pid);
}

/** Everything alive that the test has started, in order of pid. */
export function membersIn({ leases }: TestFolder): readonly Member[] {
  const ownStart = living(process.pid)?.startTicks ?? 0;
  return (
    allLiving()
      // others may not let us look, and none of them is ours
      .filter(({ pid, startTicks }) => pid !== process.pid && startTicks >= ownStart)
      .filter(({ pid }) => linksOf(pid).some((link) => link.startsWith(`${leases}/`)))
      .map((one) => ({ ...idOf(one), state: stateOf(one.pid) }))
      .toSorted((one, other) => one.pid - other.pid)
  );
}

/** The state letter of a process; `gone` when there is none. Sleeping and running are one: `S`. */
export function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "R" || state === "D" ? "S" : state;
  } catch {
    return "gone";
  }
}

/** Names that the agent has made for socket files in a folder. */
export function rescueLinksIn({ path }: TestFolder): readonly string[] {
  return readdirSync(path).filter((name) => name.includes(".onemaster-"));
}

/** All members of these groups and how they are, in order of group and pid. */
export function statesOf(groups: readonly Gunicorn[]): readonly Member[] {
  return groups.flatMap((group) =>
    membersOf(group).map((id) => ({ ...id, state: stateOf(id.pid) })),
  );
}

/** The agent as the user nobody, who sees everything and may signal nobody; copied to a path. */
export function asNobody(agentPath: string): Surroundings {
  copyFileSync(builtAgent, agentPath);
  const capabilities = "+sys_ptrace,+dac_read_search";
  const user = ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
  const rights = [`--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`];
  return { inside: ["setpriv", ...user, ...rights, "--"], agentPath };
}

/** Mounts something at a folder of the test until the test is finished. */
export async function mounted(
  folder: TestFolder,
  at: string,
  parameters: readonly string[],
): Promise<void> {
  onTestFinished(async () => await run(folder, ["umount", at]));
  await run(folder, ["mount", ...parameters, at]);
}

/** Runs a program to its end. Throws with what it said unless it exits 0. */
export async function run(folder: TestFolder, command: readonly string[]): Promise<void> {
  // a folder that somebody is in cannot be unmounted
  const { child, outputPath } = startProgram({ folder, command, cwd: "/" });
  const exitCode = await exitOf(child);
  if (exitCode !== 0) {
    const said = readFileSync(outputPath, "utf8");
    throw new Error(`${command.join(" ")} ended with ${exitCode}: ${said}`);
  }
}
