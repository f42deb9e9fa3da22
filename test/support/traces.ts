import { type Dirent, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessId } from "../../agent/model/process.ts";
import { living } from "./process.ts";

/** Where to look for what a program leaves behind. */
export interface Place {
  /** A process whose mount namespace is looked at. */
  readonly pid: number;
  /** Whether the interfaces of its network namespace count. */
  readonly interfaces: boolean;
  /** Folders in cgroup hierarchies: every process and every cgroup below them counts. */
  readonly cgroups: readonly string[];
  /**
   * Folders of which every entry counts, but not what is in an entry that is a new folder. What is
   * also below `known`, at the same place, was there before.
   */
  readonly folders: readonly { readonly path: string; readonly known: string }[];
}

/** What is in a place: a sentence on each thing, by what tells it from all others. */
export type Traces = ReadonlyMap<string, string>;

/** Looks at everything in a place. What comes or goes meanwhile may be missed. */
export function tracesIn({ pid, interfaces, cgroups, folders }: Place): Traces {
  const groups = cgroups.flatMap((folder) => cgroupsBelow(folder));
  return new Map([
    ...[...cgroups, ...groups].flatMap(processesIn).map(command),
    ...groups.map((path) => entry(`cgroup ${path}`)),
    ...(interfaces ? interfacesOf(pid) : []).map((name) => entry(`interface ${name}`)),
    ...mountsOf(pid).map((mount) => entry(`mount ${mount}`)),
    ...folders.flatMap(({ path, known }) => newIn(path, known)).map((path) => entry(path)),
  ]);
}

/** Sentences on what is there now and was not before, sorted. */
export function newSince(before: Traces, now: Traces): readonly string[] {
  return [...now]
    .filter(([identity]) => !before.has(identity))
    .map(([, sentence]) => sentence)
    .toSorted();
}

function entry(sentence: string): readonly [string, string] {
  return [sentence, sentence];
}

function command({ pid, startTicks }: ProcessId): readonly [string, string] {
  const words = read(`/proc/${pid}/cmdline`)
    .replaceAll(/[\0\s]+/g, " ")
    .trimEnd();
  return [`process ${pid} ${startTicks}`, `process ${pid} ${words}`];
}

/**
 * The living processes of one cgroup, without those below. Zombies are left out: they hold
 * nothing, and only their parent can remove them.
 */
export function processesIn(cgroup: string): readonly ProcessId[] {
  return read(join(cgroup, "cgroup.procs"))
    .split("\n")
    .flatMap((line) => (line === "" ? [] : (living(Number(line)) ?? [])));
}

/** All cgroups below one, each before those that are below it. */
export function cgroupsBelow(cgroup: string): readonly string[] {
  return entriesOf(cgroup)
    .filter((found) => found.isDirectory())
    .map((found) => join(cgroup, found.name))
    .flatMap((path) => [path, ...cgroupsBelow(path)]);
}

/** Names of the interfaces in the process's network namespace. */
function interfacesOf(pid: number): readonly string[] {
  return [...read(`/proc/${pid}/net/dev`).matchAll(/^ *(\S+):/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}

/** Each line is one mount; its first two numbers are assigned anew at each mount. */
function mountsOf(pid: number): readonly string[] {
  return read(`/proc/${pid}/mountinfo`)
    .split("\n")
    .filter((line) => line !== "");
}

function newIn(folder: string, known: string): readonly string[] {
  return entriesOf(folder).flatMap((found) => {
    const [path, before] = [join(folder, found.name), join(known, found.name)];
    const old = lstatSync(before, { throwIfNoEntry: false })?.isDirectory() === true;
    return found.isDirectory() && old ? newIn(path, before) : [`file ${before}`];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error: unknown) {
    return ignoreGone(error, []);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error: unknown) {
    return ignoreGone(error, "");
  }
}

/** What left while we looked leaves no trace; anything else is thrown on. */
function ignoreGone<T>(error: unknown, nothing: T): T {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // ENODEV: a cgroup that was removed after its file was opened
  if (code !== "ENOENT" && code !== "ESRCH" && code !== "ENODEV") {
    throw error;
  }
  return nothing;
}
