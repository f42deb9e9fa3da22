import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverRefusal } from "../model/cutover-plan.ts";
import type { GroupReport, Report, SocketReport } from "../model/report.ts";
import type { UnitFacts, UnitProperties, UnitsSeen } from "../model/unit.ts";
import { isWrappedScript } from "./audit-case.ts";

/** What a cutover is about, as far as the report and the flags tell. */
export interface CutoverChoice {
  readonly socket: SocketReport | undefined;
  /** The service of today, with its suffix. */
  readonly unit: string | undefined;
  /** The native unit's name. */
  readonly name: string | undefined;
  /** The group that new connections reach, else the newest whose master lives. */
  readonly model: GroupReport | undefined;
  readonly refusals: readonly CutoverRefusal[];
}

function unitsOf({ unit, groups }: SocketReport): readonly string[] {
  const names = [unit?.name, ...groups.map(({ master }) => master?.unit ?? undefined)];
  return [...new Set(names.flatMap((name) => (name?.endsWith(".service") === true ? name : [])))];
}

function socketsFor(report: Report, flags: CutoverFlags): readonly SocketReport[] {
  if (flags.socket !== undefined) return report.sockets.filter(({ path }) => path === flags.socket);
  const { unit } = flags;
  if (unit === undefined) return report.sockets;
  return report.sockets.filter((socket) => unitsOf(socket).includes(unit));
}

function noSocket(flags: CutoverFlags): CutoverRefusal {
  const where =
    flags.socket ?? (flags.unit === undefined ? "any unix socket" : `a socket of ${flags.unit}`);
  const why = `no gunicorn listens at ${where}; name the path with --socket, even if nothing listens there now`;
  return { reason: "no-socket", why };
}

function serves({ role }: GroupReport): boolean {
  return role === "serving" || role === "predecessor" || role === "successor";
}

/** The group that the new service is to do the work of. */
function modelOf({ groups }: SocketReport): GroupReport | undefined {
  const living = groups.filter(({ master }) => master !== null);
  return living.find(serves) ?? living.at(-1);
}

/** Chooses the socket and the unit. Pure; several of either are a refusal that names them. */
export function chooseSubject(report: Report, flags: CutoverFlags): CutoverChoice {
  const sockets = socketsFor(report, flags);
  const [socket] = sockets;
  const none = {
    socket: undefined,
    unit: flags.unit,
    name: flags.name ?? flags.unit,
    model: undefined,
  };
  if (socket === undefined) return { ...none, refusals: [noSocket(flags)] };
  if (sockets.length > 1) {
    const paths = sockets.map(({ path }) => path).join(", ");
    const why = `there are ${sockets.length} sockets: ${paths}; choose one with --socket or --unit`;
    return { ...none, refusals: [{ reason: "several-sockets", why }] };
  }
  const units = unitsOf(socket);
  const unit = flags.unit ?? units[0];
  const refusals: CutoverRefusal[] = [];
  if (unit === undefined && flags.name === undefined) {
    const why = `nothing tells which unit ${socket.path} belongs to: its masters are in no service; write --name NAME for the native one`;
    refusals.push({ reason: "no-unit", why });
  }
  const others = units.filter((name) => name !== unit);
  if (others.length > 0) {
    const why = `masters of ${socket.path} are in ${[unit, ...others].join(" and ")}: end those of the other one first, or say which with --unit`;
    if (flags.unit === undefined) refusals.push({ reason: "no-unit", why });
  }
  return { socket, unit, name: flags.name ?? unit, model: modelOf(socket), refusals };
}

/** The facts of the unit of today. */
export function unitOf(unit: string | undefined, { units }: UnitsSeen): UnitFacts | undefined {
  return units.find(({ name }) => name === unit);
}

/**
 * What kind of unit it is: only a wrapped script, and none at all, can be cut over. Undefined: not
 * known.
 */
export function unitKind(
  properties: UnitProperties | undefined,
): "sysv" | "no-unit" | "native" | undefined {
  if (properties === undefined) return undefined;
  if (properties.loadState === "not-found") return "no-unit";
  return isWrappedScript(properties) ? "sysv" : "native";
}

/** Why a unit that is no wrapped script is left as it is; undefined: it is one, or there is none. */
export function nativeRefusal(
  unit: UnitFacts | undefined,
  socket: SocketReport | undefined,
): CutoverRefusal | undefined {
  if (unit === undefined) return undefined;
  if (!unit.properties.ok) {
    const why = `systemd could not be asked about ${unit.name}: ${unit.properties.failure.why}`;
    return { reason: "blind", why };
  }
  const { value } = unit.properties;
  if (unitKind(value) !== "native") return undefined;
  const at = `${unit.name} is a native unit, ${value.fragmentPath ?? "its file unknown"}`;
  const masters = socket?.groups.filter(({ master }) => master !== null) ?? [];
  const [only] = masters;
  const followed = masters.length === 1 && only?.master?.pid === value.mainPid;
  if (followed || masters.length === 0) {
    const state = followed ? `systemd follows its master ${value.mainPid}` : "it has no master now";
    return { reason: "already-native", why: `${at}: ${state}; there is nothing to cut over` };
  }
  const why = `${at}, yet systemd does not follow the one master of its socket: see onemaster audit ${unit.name}`;
  return { reason: "unit-unsuitable", why };
}
