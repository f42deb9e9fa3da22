import { type Census, createCensus } from "../../../agent/probe/census.ts";
import { createDiscovery, type Discovery } from "../../../agent/probe/discovery.ts";
import { createFailureLog, type FailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, type Files } from "../../../agent/probe/files.ts";
import { createProcessFinder, type ProcessFinder } from "../../../agent/probe/found-processes.ts";
import { createHolderSearch, type HolderSearch } from "../../../agent/probe/holders.ts";
import { createIdentify } from "../../../agent/probe/identity.ts";
import { createProcessTable, type ProcessTable } from "../../../agent/probe/process-table.ts";
import type { Slices } from "../../../agent/probe/slices.ts";
import { createSlowFiles } from "../../../agent/probe/slow-files.ts";
import { createSocketTables, type SocketTables } from "../../../agent/probe/socket-tables.ts";
import { type FakeProc, fakeProc } from "./fake-proc.ts";

/** The finding parts of the probe over a fake /proc, with a clock that the test sets. */
export interface Looker {
  readonly proc: FakeProc;
  readonly log: FailureLog;
  readonly files: Files;
  readonly clock: { nowMs: number };
  readonly processes: ProcessTable;
  readonly census: Census;
  readonly holders: HolderSearch;
  readonly discovery: Discovery;
  readonly tables: SocketTables;
  readonly finder: ProcessFinder;
  /** Names of files below a process that were read, e.g. `7/stat`, since the last call. */
  asked(): readonly string[];
}

/** Never pauses: tests of long walks bring their own. */
export const noSlices: Slices = { spent: () => false, breathe: () => Promise.resolve() };

/** All parts anew, over an empty fake /proc; the agent is in the network namespace `ownNetns`. */
export function looker(ownNetns = "net:[1]"): Looker {
  const proc = fakeProc();
  proc.link("self/ns/net", ownNetns);
  // the finder asks once in which namespace pid 1 is
  proc.put(1);
  const log = createFailureLog();
  const clock = { nowMs: 0 };
  const now = (): number => clock.nowMs;
  const { files, asked } = watchedFiles(createFiles(log), proc.root);
  const slow = createSlowFiles(log, 1_000);
  const processes = createProcessTable(proc.paths, files, createIdentify(proc.paths, files, slow));
  const census = createCensus(proc.paths, files);
  const holders = createHolderSearch(proc.paths, files, now);
  const discovery = createDiscovery(processes, census, holders, proc.paths, files, now);
  const tables = createSocketTables(proc.paths, files, log);
  const finder = createProcessFinder(processes, discovery, tables, proc.paths, files);
  asked();
  proc.remove(1);
  return { proc, log, files, clock, processes, census, holders, discovery, tables, finder, asked };
}

function watchedFiles(
  files: Files,
  root: string,
): { readonly files: Files; readonly asked: () => readonly string[] } {
  let asked: string[] = [];
  const note = (path: string): string => {
    asked.push(path.slice(root.length + 1));
    return path;
  };
  return {
    files: {
      bytes: (path) => files.bytes(note(path)),
      text: (path) => files.text(note(path)),
      regular: (path, maxBytes) => files.regular(note(path), maxBytes),
      parsed: (path, parse) => files.parsed(note(path), parse),
      names: (path) => files.names(note(path)),
      link: (path) => files.link(note(path)),
      linkIfAny: (path) => files.linkIfAny(note(path)),
      realPath: (path) => files.realPath(note(path)),
      stat: (path) => files.stat(note(path)),
    },
    asked() {
      const since = asked;
      asked = [];
      return since;
    },
  };
}
