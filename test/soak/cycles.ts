import { setTimeout as lasting } from "node:timers/promises";
import type { ContainerHost } from "../testbed/host.ts";
import type { Observer } from "./observer.ts";
import { type SoakPlace, soakPlaces, soakWorkers } from "./places.ts";
import { type CycleKind, cycleKinds } from "./plan.ts";
import { pictureOf, staleIn } from "./picture.ts";
import type { PlaceState, TruthProcess } from "./truth.ts";

/** What a cycle is done with. */
export interface CycleContext {
  readonly host: ContainerHost;
  readonly observer: Observer;
  /** For how long a duplicate is left alone that the agent has to confirm. */
  readonly lastingMs: number;
  /** The same for one that it must not confirm. */
  readonly briefMs: number;
}

/** How a cycle went; `down` is what the SysV restart race leaves often: nothing runs. */
export type CycleOutcome = "done" | "down";

const { sysv, native } = soakPlaces;

/** Does one cycle and comes back when exactly one master with all its workers is left. */
export async function runCycle(kind: CycleKind, context: CycleContext): Promise<CycleOutcome> {
  const place = soakPlaces[cycleKinds[kind].place];
  const before = await settled(place, context);
  switch (kind) {
    case "native-restart":
      await context.host.run(["systemctl", "restart", native.unit]);
      await settledWithout(before, place, context);
      return "done";
    case "native-reload":
      return await reload(before, context);
    case "native-rolled-back":
    case "sysv-rolled-back":
      return await rollBack(before, place, context);
    case "sysv-restart":
      return await restartInRace(before, context);
    case "sysv-stop-start":
      return await stopAndStart(before, context);
    case "sysv-promoted":
      return await promote(before, context);
    case "sysv-lost-long":
      return await loseAndRestart(before, context.lastingMs, context);
    case "sysv-lost-brief":
      return await loseAndRestart(before, context.briefMs, context);
  }
}

/** A master that serves alone, with all its workers. */
interface Settled {
  readonly master: TruthProcess;
  readonly workers: readonly TruthProcess[];
}

async function settled(place: SoakPlace, { observer }: CycleContext): Promise<Settled> {
  return await observer.until(place, "one master with its workers", (state) => alone(place, state));
}

async function settledWithout(
  before: Settled,
  place: SoakPlace,
  { observer }: CycleContext,
): Promise<Settled> {
  return await observer.until(place, "another master with its workers", (state) => {
    const now = alone(place, state);
    return now !== undefined && !isSame(now.master, before.master) && now;
  });
}

function alone(place: SoakPlace, { owner, pidfile, members, processes }: PlaceState) {
  const [master, ...others] = processes.filter(({ kind }) => kind === "master");
  const workers = processes.filter(({ kind }) => kind === "worker");
  if (master === undefined || others.length > 0 || owner === null) {
    return undefined;
  }
  const complete =
    master.holds.includes(owner) &&
    members === 1 + soakWorkers &&
    workers.length === soakWorkers &&
    workers.every(({ parentPid }) => parentPid === master.pid) &&
    (place.pidfile === null || pidfile === master.pid);
  return complete ? { master, workers } : undefined;
}

function isSame(one: TruthProcess, other: TruthProcess): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks;
}

async function reload(before: Settled, context: CycleContext): Promise<CycleOutcome> {
  await context.host.run(["systemctl", "reload", native.unit]);
  await context.observer.until(native, "other workers of the same master", (state) => {
    const now = alone(native, state);
    return (
      now !== undefined &&
      isSame(now.master, before.master) &&
      now.workers.every((worker) => !before.workers.some((old) => isSame(old, worker)))
    );
  });
  return "done";
}

/** Starts the upgrade and answers the new master as soon as all its workers are there. */
async function upgrade(
  { master }: Settled,
  place: SoakPlace,
  { host, observer }: CycleContext,
): Promise<TruthProcess> {
  await host.run(["kill", "-USR2", `${master.pid}`]);
  return await observer.until(place, "the new master of an upgrade", ({ processes }) =>
    processes.find(
      ({ kind, pid, parentPid, children }) =>
        kind === "master" &&
        parentPid === master.pid &&
        children === soakWorkers &&
        processes.filter((one) => one.kind === "worker" && one.parentPid === pid).length ===
          soakWorkers,
    ),
  );
}

async function rollBack(
  before: Settled,
  place: SoakPlace,
  context: CycleContext,
): Promise<CycleOutcome> {
  const successor = await upgrade(before, place, context);
  await context.host.run(["kill", "-TERM", `${successor.pid}`]);
  await settled(place, context);
  return "done";
}

async function promote(before: Settled, context: CycleContext): Promise<CycleOutcome> {
  await upgrade(before, sysv, context);
  await context.host.run(["kill", "-TERM", `${before.master.pid}`]);
  await settledWithout(before, sysv, context);
  return "done";
}

/**
 * The stop is not waited for, so the new master meets the pidfile of the one that is leaving: it
 * may refuse to start, and then nothing runs once that one has left.
 */
async function restartInRace(before: Settled, context: CycleContext): Promise<CycleOutcome> {
  const { host, observer } = context;
  await host.run(["systemctl", "restart", sysv.unit]);
  const outcome = await observer.until(sysv, "a new master, or nothing at all", (state) => {
    const now = alone(sysv, state);
    if (now !== undefined && !isSame(now.master, before.master)) {
      return "done";
    }
    return state.members === 0 && "down";
  });
  if (outcome === "down") {
    await host.run(["systemctl", "restart", sysv.unit]);
    await settledWithout(before, sysv, context);
  }
  return outcome;
}

async function stopAndStart(before: Settled, context: CycleContext): Promise<CycleOutcome> {
  const { host, observer } = context;
  await host.run(["systemctl", "stop", sysv.unit]);
  await observer.until(sysv, "nothing to be left", ({ members }) => members === 0);
  await host.run(["systemctl", "start", sysv.unit]);
  await settledWithout(before, sysv, context);
  return "done";
}

async function loseAndRestart(
  { master, workers }: Settled,
  forMs: number,
  context: CycleContext,
): Promise<CycleOutcome> {
  const { host, observer } = context;
  await host.run(["rm", sysv.pidfile]);
  await host.run(["systemctl", "restart", sysv.unit]);
  await observer.until(sysv, "a second master", (state) =>
    staleIn(pictureOf(state)).some(({ pid }) => pid === master.pid),
  );
  await lasting(forMs);
  await endStale(master, workers, context);
  await settledWithout({ master, workers }, sysv, context);
  return "done";
}

/** No TERM to the master: it would remove the socket file of the other one. */
async function endStale(
  master: TruthProcess,
  workers: readonly TruthProcess[],
  { host, observer }: CycleContext,
): Promise<void> {
  await host.run(["kill", "-STOP", `${master.pid}`]);
  await host.run(["kill", "-TERM", ...workers.map(({ pid }) => `${pid}`)]);
  await observer.until(sysv, "the stale workers to leave", ({ processes }) =>
    processes.every(({ kind, parentPid }) => kind !== "worker" || parentPid !== master.pid),
  );
  await host.run(["kill", "-KILL", `${master.pid}`]);
}
