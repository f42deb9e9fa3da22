import { hostname } from "node:os";
import type { Place } from "../model/place.ts";
import type { ProcessFacts } from "../model/process.ts";
import type { SocketSettings } from "../model/settings.ts";
import type { Listener, Snapshot } from "../model/snapshot.ts";
import { pathText } from "../parse/path-text.ts";
import { createAccounts } from "./accounts.ts";
import { createBindingCache } from "./binding-cache.ts";
import { createBootTime } from "./boot-time.ts";
import { createCensus } from "./census.ts";
import { contestedNames } from "./contested.ts";
import { createDiscovery } from "./discovery.ts";
import { createFailureLog, type ReadFailureTotals } from "./failures.ts";
import { createFiles, pathBytes } from "./files.ts";
import { createProcessFinder } from "./found-processes.ts";
import { createHolderSearch } from "./holders.ts";
import { createHostMemoryReader } from "./host-memory.ts";
import { createIdentify } from "./identity.ts";
import { unreadableLinks } from "./link-table.ts";
import { type HeldListener, heldListeners, type PlaceMemory } from "./listeners.ts";
import { measuredProcesses } from "./measured.ts";
import { createKnocker } from "./knocker.ts";
import { createMemoryReader } from "./memory.ts";
import { procPaths } from "./paths.ts";
import { readPidfiles } from "./pidfiles.ts";
import { basenameOf, createPlaces } from "./places.ts";
import { createProcessTable } from "./process-table.ts";
import { createSlices } from "./slices.ts";
import { createSlowFiles } from "./slow-files.ts";
import { createSocketTables, type SocketTable } from "./socket-tables.ts";
import { strangersAt } from "./strangers.ts";
import { createUnitLimits } from "./unit-limits.ts";

/** What a probe needs to know and to use. */
export interface ProbeOptions {
  /** The sockets that were asked for; empty: every gunicorn listener on this host. */
  readonly sockets: readonly SocketSettings[];
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  /** Ordinarily `/proc` and `/sys/fs/cgroup`. */
  readonly procRoot: string;
  readonly cgroupRoot: string;
}

/** Looks at the host, and remembers what need not be looked at again. */
export interface Probe {
  /**
   * One look. Never rejects for what the host does; what could not be seen is in the snapshot.
   * `expected` are paths beside the settings' that are looked at whether or not anybody listens
   * there, their bytes as latin1.
   */
  look(expected?: readonly string[]): Promise<Snapshot>;
  readonly failures: ReadFailureTotals;
}

/** The longest the event loop is held at one go while many processes are read. */
const SLICE_MS = 10;
/** How long a process that does not answer is waited for. */
const PATIENCE_MS = 2_000;

/** A probe that has not looked yet: its first look reads every process. */
export function createProbe(options: ProbeOptions): Probe {
  const { monotonicMs, wallMs, sockets } = options;
  const proc = procPaths(options.procRoot);
  const log = createFailureLog();
  const files = createFiles(log);
  const slow = createSlowFiles(log, PATIENCE_MS);
  const processes = createProcessTable(proc, files, createIdentify(proc, files, slow));
  const census = createCensus(proc, files);
  const holders = createHolderSearch(proc, files, monotonicMs);
  const discovery = createDiscovery(processes, census, holders, proc, files, monotonicMs);
  const socketTables = createSocketTables(proc, files, log);
  const finder = createProcessFinder(processes, discovery, socketTables, proc, files);
  const places = createPlaces(proc, files);
  const bindings = createBindingCache(proc.root, log, monotonicMs);
  const memoryReader = createMemoryReader(proc, slow, log, monotonicMs);
  const hostMemory = createHostMemoryReader(monotonicMs);
  const unitLimits = createUnitLimits(options.cgroupRoot, files, monotonicMs);
  const accounts = createAccounts(files);
  const bootTime = createBootTime(proc, files, wallMs);
  const knocker = createKnocker(log, monotonicMs);
  const remembered: PlaceMemory = new Map();
  let watchedNames: ReadonlySet<string> = new Set(
    sockets.map(({ path }) => basenameOf(pathBytes(path))),
  );

  /** Asks which files listeners are bound to, in every namespace where that matters. */
  async function refreshBindings(
    tables: readonly SocketTable[],
    held: readonly HeldListener[],
    at: readonly Place[],
  ): Promise<void> {
    const namespaces = new Set<string>();
    for (const table of tables) {
      const inodes = held.filter((one) => one.table === table).map(({ row }) => row.inode);
      const asked = table.viewer === "self" && sockets.length > 0;
      if (inodes.length === 0 && !asked) continue;
      namespaces.add(table.netns);
      await bindings.refresh(table, inodes, at);
    }
    bindings.keepOnly(namespaces);
  }

  function listenerOf({ row, table, place }: HeldListener): Listener {
    const { inode, name } = row;
    const binding = bindings.of(table.netns, inode);
    return { inode, boundAs: pathText(name), netns: table.netns, binding, place: place?.key };
  }

  async function look(expected: readonly string[] = []): Promise<Snapshot> {
    const { takenAtMs, bootTimeMs, uptimeSeconds } = bootTime.read();
    const slices = createSlices(monotonicMs, SLICE_MS);
    const { tables, blind } = await finder.find(watchedNames, uptimeSeconds, slices);
    const found = heldListeners(tables, processes, places, remembered);
    const asked = sockets.map((socket) => ({
      socket,
      place: places.ofPath(pathBytes(socket.path)),
    }));
    const served = expected.map((path) => places.ofPath(path));
    const at = uniquePlaces([
      ...asked.map(({ place }) => place),
      ...served,
      ...found.held.flatMap(({ place }) => place ?? []),
    ]);
    watchedNames = new Set(at.map(({ key }) => basenameOf(key)));
    const [memory, ofHost] = await Promise.all([
      memoryReader.read(measuredProcesses(processes)),
      hostMemory.read(),
      refreshBindings(tables, found.held, at),
    ]);
    const strangers = strangersAt(at, tables, found.held, bindings);
    const heard = await knocker.knock(at, tables, bindings);
    const pidfiles = readPidfiles(asked, found.held, processes, proc, files);
    const facts = processes.facts();
    const identities = [...processes.tracked.values()].map(({ identity }) => identity);
    return {
      takenAtMs,
      bootTimeMs,
      host: { name: hostname(), memory: ofHost },
      processes: facts,
      listeners: [...found.held.map(listenerOf), ...strangers].filter(hasPath),
      places: heard,
      configured: asked.map(({ socket, place }) => ({ place: place.key, unit: socket.unit })),
      expected: served.map(({ key }) => key),
      memory: memory.memory,
      pidfiles: pidfiles.pidfiles,
      unitLimits: unitLimits.of(identities),
      blind: [
        ...discovery.blind(),
        ...processes.blind(),
        ...blind,
        ...unreadableLinks(processes),
        ...found.blind,
        ...contestedNames(found.held, bindings),
        ...bindings.blind(),
        ...memory.blind,
        ...pidfiles.blind,
      ],
      names: { users: accounts.users(usersIn(at, facts)), groups: accounts.groups(groupsIn(at)) },
    };
  }

  return { look, failures: log.totals };
}

/** Abstract names are bound to nothing that a path could lead to. */
function hasPath({ binding }: Listener): boolean {
  return binding.kind !== "none";
}

function uniquePlaces(places: readonly Place[]): readonly Place[] {
  const byKey = new Map<string, Place>();
  for (const place of places) if (!byKey.has(place.key)) byKey.set(place.key, place);
  return [...byKey.values()];
}

function usersIn(places: readonly Place[], processes: readonly ProcessFacts[]): readonly number[] {
  const owners = places.flatMap(({ state }) => (state.kind === "socket" ? state.file.uid : []));
  return [...owners, ...processes.flatMap(({ uid }) => uid ?? [])];
}

function groupsIn(places: readonly Place[]): readonly number[] {
  return places.flatMap(({ state }) => (state.kind === "socket" ? state.file.gid : []));
}
