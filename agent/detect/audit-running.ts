import type { GroupReport, SocketReport } from "../model/report.ts";
import {
  type Found,
  isSettling,
  isWrappedScript,
  leaves,
  type LivingGroup,
  living,
  livingIn,
  mastersText,
  mayHide,
  type PlacedGroup,
  serves,
  told,
  type UnitCase,
} from "./audit-case.ts";
import { endAllAndRestart, endGroups, restart } from "./audit-fixes.ts";

/** Whether the unit's cgroup holds one group a socket. */
export function oneGroup(unitCase: UnitCase): Found {
  const inside = unitCase.groups.filter((placed) => placed.inside);
  if (inside.length === 0) return undefined;
  const crowded = socketsOf(inside).filter((socket) => countGroups(inside, socket) > 1);
  const all = inside.map(nameOf).join(", ");
  if (crowded.length === 0 && mayHide(unitCase)) {
    return told("unknown", `seen were ${all}, but not everything could be seen`);
  }
  if (crowded.length === 0) {
    const what = inside.length === 1 ? "one group" : "one group a socket, or an orderly handover";
    return told("ok", `${what}: ${all}`);
  }
  const here = inside.filter(({ socket }) => crowded.includes(socket));
  const evidence = `${here.length} groups in its cgroup: ${here.map(nameOf).join(", ")}`;
  if (!here.some(serves)) return { state: "bad", evidence, fix: endAllAndRestart(unitCase) };
  const rest = here.filter((placed) => !serves(placed) && !leaves(placed));
  // two that serve one shared listener: none of them can be ended without the other's requests
  const fix = rest.length === 0 ? restart(unitCase) : endGroups(rest);
  return { state: "bad", evidence, fix };
}

function socketsOf(groups: readonly PlacedGroup[]): readonly SocketReport[] {
  return [...new Set(groups.map(({ socket }) => socket))];
}

/** A USR2 pair counts as one, and what is on its way out as none. */
function countGroups(groups: readonly PlacedGroup[], socket: SocketReport): number {
  return groups.filter(
    (placed) => placed.socket === socket && !leaves(placed) && placed.group.role !== "predecessor",
  ).length;
}

function nameOf({ group }: PlacedGroup): string {
  const { role, master } = group;
  return `${role} ${master === null ? workersText(group) : `master ${master.pid}`}`;
}

function workersText({ workers }: GroupReport): string {
  return `workers ${workers.map(({ pid }) => pid).join(" ")}`;
}

/** Whether what systemd calls the unit agrees with what runs. */
export function serving(unitCase: UnitCase): Found {
  const { activeState, subState } = unitCase.properties;
  const state = `${activeState} (${subState})`;
  switch (activeState) {
    case undefined:
      return told("unknown", "systemd tells no ActiveState of it");
    case "active":
    case "reloading":
    case "refreshing":
      return servingWhileActive(unitCase, state);
    case "inactive":
    case "failed":
      return servingWhileInactive(unitCase, state);
    default:
      return told("warning", `${state}: a start or a stop is under way`);
  }
}

function servingWhileActive(unitCase: UnitCase, state: string): NonNullable<Found> {
  const masters = livingIn(unitCase);
  const reached = masters.filter(serves);
  if (reached.length > 0) return told("ok", `${state}, and ${mastersText(reached, "serves")}`);
  const unclear = masters.filter(({ group }) => group.role === "unclear");
  if (unclear.length > 0) {
    return told("unknown", `${state}; whether ${mastersText(unclear)} serves could not be seen`);
  }
  const hidden = mayHide(unitCase);
  const what =
    masters.length === 0
      ? "no gunicorn of it was found"
      : `nobody reaches ${mastersText(masters)} (${rolesOf(masters)})`;
  if (masters.length === 0 && (hidden || unitCase.sockets.length === 0)) {
    const why = hidden ? "not everything could be seen" : "no socket of it is watched";
    return told("unknown", `${state}; ${what}, but ${why}`);
  }
  if (isSettling(unitCase) || masters.some(leaves)) return told("warning", `${state}, yet ${what}`);
  return { state: "bad", evidence: `${state}, yet ${what}`, fix: endAllAndRestart(unitCase) };
}

function rolesOf(masters: readonly LivingGroup[]): string {
  return [...new Set(masters.map(({ group }) => group.role))].join(", ");
}

function servingWhileInactive(unitCase: UnitCase, state: string): NonNullable<Found> {
  const { unit, properties, groups } = unitCase;
  const left = groups.filter(({ inside }) => inside);
  const masters = living(left);
  const staying = masters.filter((placed) => !leaves(placed));
  if (left.length > 0 && staying.length === 0 && masters.length > 0) {
    return told("warning", `${state}; the last requests of ${mastersText(masters)} are finishing`);
  }
  if (left.length > 0) {
    const who = left.map(nameOf).join(", ");
    if (isSettling(unitCase)) return told("warning", `just became ${state}; left so far: ${who}`);
    const evidence = `${state}, yet processes are left of it: ${who}`;
    return { state: "bad", evidence, fix: endLeftovers(unitCase, left) };
  }
  if (!unit.processes.ok) {
    return told("unknown", `${state}; its cgroup could not be read: ${unit.processes.failure.why}`);
  }
  const pids = unit.processes.value;
  if (pids.length > 0) {
    const some = pids.slice(0, 8).join(" ");
    return told("warning", `${state}, yet ${pids.length} other processes are left of it: ${some}`);
  }
  const by = properties.triggeredBy.join(" ");
  if (by !== "" && properties.activeState === "inactive") {
    return told("ok", `${state}; ${by} starts it`);
  }
  return told(
    properties.activeState === "failed" ? "warning" : "ok",
    `${state}, and nothing is left of it`,
  );
}

/** The stop that did not happen, and the start after it. */
function endLeftovers({ unit: { name } }: UnitCase, left: readonly PlacedGroup[]): string {
  const reached = living(left).filter(serves);
  const rest = left.filter((placed) => !serves(placed) && !leaves(placed));
  const pids = reached.map(({ master }) => master.pid).join(" ");
  const ends =
    reached.length === 0
      ? [`systemctl kill --signal=SIGKILL ${name}`]
      : [
          ...(rest.length === 0 ? [] : [endGroups(rest)]),
          // last: it unlinks the path, which is its own until the next master has bound it
          `kill -TERM ${pids}`,
          `while kill -0 ${pids} 2>/dev/null; do sleep 1; done`,
        ];
  return [...ends, `systemctl start ${name}  # if it is to run`].join("\n");
}

/** Whether `systemctl start` does what it says. */
export function startWorks(unitCase: UnitCase): Found {
  const { properties, unit } = unitCase;
  const { loadState, activeState, subState, result, mainPid } = properties;
  if (loadState === undefined) return told("unknown", "systemd tells no LoadState of it");
  if (loadState !== "loaded") {
    const evidence = `LoadState=${loadState}: systemd cannot start it`;
    const verb = loadState === "masked" ? "systemctl unmask" : "systemd-analyze verify";
    return { state: "bad", evidence, fix: `${verb} ${unit.name}` };
  }
  const masters = livingIn(unitCase).filter((placed) => !leaves(placed));
  const isActive = activeState === "active";
  if (isActive && mainPid === 0 && masters.length > 0 && !isWrappedScript(properties)) {
    const who = mastersText(masters, "keeps");
    const evidence = `active with MainPID=0: ${who} it active, and a start does nothing`;
    return { state: "bad", evidence, fix: restart(unitCase) };
  }
  const nobody = isActive && masters.length === 0 && unitCase.sockets.length > 0;
  if (nobody && !isSettling(unitCase) && subState === "exited") {
    const evidence = "active (exited) though nothing runs: a start does nothing";
    return { state: "bad", evidence, fix: restart(unitCase) };
  }
  if (activeState === "failed") {
    const evidence = `its last start or run ended with ${result ?? "an unknown result"}`;
    return { state: "bad", evidence, fix: `journalctl -b -u ${unit.name} -n 50 --no-pager` };
  }
  if (properties.needDaemonReload === true) {
    const evidence = "its files have changed since systemd read them";
    return { state: "warning", evidence, fix: "systemctl daemon-reload" };
  }
  return told("ok", isActive ? "it is started" : "nothing stands against a start");
}

/** Whether all masters of its sockets are in the unit. */
export function outsideUnit(unitCase: UnitCase): Found {
  const { groups, unit } = unitCase;
  const outside = living(groups.filter(({ inside }) => !inside));
  if (outside.length === 0) {
    const masters = livingIn(unitCase);
    if (masters.length === 0) return undefined;
    const seen = `${mastersText(masters, "is")} in it`;
    return mayHide(unitCase)
      ? told("unknown", `${seen}, but not everything could be seen`)
      : told("ok", seen);
  }
  const unread = outside.filter(({ head, master }) => head === undefined && master.unit === null);
  if (unread.length > 0) {
    return told("unknown", `the cgroup of ${mastersText(unread)} could not be read`);
  }
  const where = outside.map(
    ({ master }) => `master ${master.pid} is in ${master.unit ?? "no unit"}`,
  );
  const reached = outside.filter(serves);
  const fix =
    reached.length === 0
      ? endGroups(outside)
      : [
          ...reached.map(({ group, master }) => killGroup(group, master.pid)),
          `systemctl restart ${unit.name}`,
        ].join("\n");
  return { state: "bad", evidence: where.join(", "), fix };
}

function killGroup({ workers, others }: GroupReport, master: number): string {
  return `kill -KILL ${[master, ...[...workers, ...others].map(({ pid }) => pid)].join(" ")}`;
}

/** Masters that are in no service at all. */
export function noUnit(groups: readonly PlacedGroup[]): NonNullable<Found> {
  const masters = living(groups);
  const unread = masters.filter(({ head }) => head?.cgroup === undefined);
  if (unread.length > 0) {
    return told("unknown", `the cgroup of ${mastersText(unread)} could not be read`);
  }
  const where = masters.map(
    ({ master }) => `master ${master.pid} is in ${master.unit ?? "no unit"}`,
  );
  // a container's scope has a supervisor that systemd knows nothing of
  const atHome = masters.every(({ master }) => /^session-|^$/.test(master.unit ?? ""));
  if (!atHome) return told("unknown", `${where.join(", ")}: who supervises that is not to be seen`);
  return { state: "bad", evidence: `${where.join(", ")}: nobody would start it again`, fix: null };
}
