import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessId } from "../../agent/model/process.ts";
import { type TestFolder, subFolder } from "./folder.ts";
import { whoAnswers } from "./http.ts";
import { holdersOf, type Lease } from "./lease.ts";
import {
  catchesLikeMaster,
  listenerInodes,
  type LivingProcess,
  socketsOf,
  workersOf,
} from "./process.ts";
import { type Program, startProgram } from "./program.ts";
import { debianPython } from "./python.ts";
import { waitFor } from "./wait.ts";

/** One group as it was right after its start. */
export interface Gunicorn {
  readonly master: ProcessId;
  readonly workers: readonly ProcessId[];
  /** Socket inode of its first listener. */
  readonly listenerInode: number;
  readonly program: Program;
}

/** How to start one gunicorn; what is absent is as in the simplest foreground start. */
export interface GunicornOptions {
  readonly folder: TestFolder;
  /** What -b gets, e.g. `unix:app.sock`. Null: no -b at all. */
  readonly bind?: string | null;
  /** Where to reach it, given its master; absent: the bind, from the folder. Null: not asked. */
  readonly reach?: ((master: ProcessId) => string) | null;
  readonly daemon?: boolean;
  readonly workers?: number;
  readonly workerClass?: string;
  readonly pidfile?: string;
  readonly timeoutSeconds?: number;
  readonly extra?: readonly string[];
  /** `module`: python3 -m gunicorn. */
  readonly as?: "script" | "module";
  /** A command that runs the command appended to it, e.g. `unshare -m`. */
  readonly inside?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a gunicorn and waits until it listens, all its workers have booted and, where it is
 * to be reached, one of them answers. The master is found by what the kernel says: it carries
 * the lease of this start, catches what masters catch, holds a listener, and so does not its parent.
 */
export async function startGunicorn(options: GunicornOptions): Promise<Gunicorn> {
  const program = startProgram({
    folder: options.folder,
    command: commandOf(options),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const wanted = options.workers ?? 1;
  const { master, workers } = await waitFor(
    `gunicorn with ${wanted} workers to boot`,
    () => bootedGroup(program.lease, wanted),
    45_000,
  ).catch((error: unknown) => {
    const said = [program.outputPath, errorLog(options)].map(readIfThere).join("\n");
    throw new Error(`no gunicorn; it said: ${said}`, { cause: error });
  });
  if (options.reach !== null) {
    const path = options.reach?.(master) ?? boundPath(options);
    await waitFor(
      `master ${master.pid} to answer on ${path}`,
      async () => (await whoAnswers(path)).parent === master.pid,
    );
  }
  const [listenerInode] = heldListeners(master.pid);
  if (listenerInode === undefined) {
    throw new Error(`master ${master.pid} closed its listener at once`);
  }
  return { master: idOf(master), workers: workers.map(idOf), listenerInode, program };
}

/** The flags of the production init script, for `startGunicorn`. */
export function asInProduction(folder: TestFolder): GunicornOptions {
  return {
    folder,
    bind: "unix:sampleplatform.sock",
    daemon: true,
    workers: 4,
    pidfile: "gunicorn.pid",
    timeoutSeconds: 120,
    extra: ["-m", "007"],
  };
}

/** For `startGunicorn`: told to stop, it waits for requests as long as these last. */
export const drains = {
  timeoutSeconds: 120,
  extra: ["--graceful-timeout", "110"],
} as const satisfies Partial<GunicornOptions>;

/** Environment in which `import setproctitle` fails, so that no process gets a title. */
export function withoutSetproctitle(folder: TestFolder): Record<string, string> {
  const shadow = subFolder(folder, "shadow");
  writeFileSync(shadow.at("setproctitle.py"), 'raise ImportError("hidden by the test")\n');
  return { PYTHONPATH: shadow.path };
}

/** The socket inodes of listeners that a process holds. */
export function heldListeners(pid: number): readonly number[] {
  const held = new Set(socketsOf(pid));
  return listenerInodes(pid).filter((inode) => held.has(inode));
}

/** The group under a lease once its master listens and all workers are up, else undefined. */
function bootedGroup(
  lease: Lease,
  wanted: number,
): { readonly master: LivingProcess; readonly workers: readonly LivingProcess[] } | undefined {
  const members = holdersOf(lease);
  const masters = members.filter(catchesLikeMaster);
  // a worker that was just forked still catches what its master catches
  const master = masters.find(
    (one) => !masters.some(({ pid }) => pid === one.parentPid) && heldListeners(one.pid).length > 0,
  );
  if (master === undefined) {
    return undefined;
  }
  const workers = workersOf(master);
  return workers.length === wanted ? { master, workers } : undefined;
}

/** Only the identity of a process. */
export function idOf({ pid, startTicks }: ProcessId): ProcessId {
  return { pid, startTicks };
}

function commandOf(options: GunicornOptions): readonly string[] {
  const bind = options.bind === undefined ? "unix:app.sock" : options.bind;
  return [
    ...(options.inside ?? []),
    ...(options.as === "module" ? [debianPython, "-m", "gunicorn"] : ["/usr/bin/gunicorn"]),
    `--chdir=${options.folder.path}`,
    `--workers=${options.workers ?? 1}`,
    `--timeout=${options.timeoutSeconds ?? 30}`,
    `--log-file=${errorLog(options)}`,
    ...(bind === null ? [] : ["-b", bind]),
    ...(options.daemon === true ? ["--daemon"] : []),
    ...(options.workerClass === undefined ? [] : ["-k", options.workerClass]),
    ...(options.pidfile === undefined ? [] : ["--pid", options.pidfile]),
    ...(options.extra ?? []),
    "app:app",
  ];
}

function errorLog({ folder }: GunicornOptions): string {
  return join(folder.path, "error.log");
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function boundPath({ folder, bind }: GunicornOptions): string {
  const name = (bind ?? "unix:app.sock").replace(/^unix:/, "");
  return name.startsWith("/") ? name : join(folder.path, name);
}
