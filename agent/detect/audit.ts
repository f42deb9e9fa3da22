import type { AuditItem, AuditReport, UnitAudit, UnitLink } from "../model/audit.ts";
import { unitLinks } from "../model/audit.ts";
import type { GroupReport, Report, SocketReport } from "../model/report.ts";
import type { HeadFacts, UnitFacts, UnitProperties, UnitsSeen } from "../model/unit.ts";
import {
  type Expectation,
  type Found,
  itemOf,
  living,
  type PlacedGroup,
  told,
  type UnitCase,
} from "./audit-case.ts";
import { program, socketMode, socketOwner, workers } from "./audit-expected.ts";
import { nativeUnitLines } from "./audit-native-unit.ts";
import { pidfile } from "./audit-pidfile.ts";
import { noUnit, oneGroup, outsideUnit, serving, startWorks } from "./audit-running.ts";
import { daemonize, endsAll, followedMaster, generated, serviceType } from "./audit-tracking.ts";
import { initScript } from "./audit-init-script.ts";

const judges: Readonly<Record<UnitLink, (unitCase: UnitCase) => Found>> = {
  "main-pid": followedMaster,
  "kill-mode": endsAll,
  type: serviceType,
  generated,
  "init-script": initScript,
  daemonize,
  pidfile,
  "one-group": oneGroup,
  serving,
  "start-works": startWorks,
  program,
  workers,
  "socket-mode": socketMode,
  "socket-owner": socketOwner,
  "outside-unit": outsideUnit,
};

/** Links that only systemd itself can tell of. */
const ofSystemd: readonly UnitLink[] = ["main-pid", "kill-mode", "type", "serving"];

/**
 * Audits units link by link: those of a report's sockets, or the one that is asked for. Pure:
 * what is told of a unit stands on the report and on what was seen of its units, and what
 * could not be seen is `unknown`. Masters in no service have an audit of their own.
 */
export function auditUnits(
  report: Report,
  seen: UnitsSeen,
  expectations: readonly Expectation[],
  asked: string | undefined,
): AuditReport {
  const chosen = seen.units.filter(({ name }) => asked === undefined || name === asked);
  const units = chosen.map((unit) => auditUnit(unit, report, seen, expectations));
  const failures = chosen.flatMap(({ name, properties }) =>
    properties.ok ? [] : [{ what: "unit", reason: `${name}: ${properties.failure.why}` }],
  );
  return {
    schema: 1,
    takenAt: report.takenAt,
    units: asked === undefined ? [...units, ...homeless(report, seen, expectations)] : units,
    blind: [...report.blind, ...failures],
  };
}

/** Audits one unit. Pure: same facts, same answer. */
export function auditUnit(
  unit: UnitFacts,
  report: Report,
  seen: UnitsSeen,
  expectations: readonly Expectation[],
): UnitAudit {
  const known = unit.properties.ok ? unit.properties.value : undefined;
  const all = report.sockets.flatMap((socket) =>
    socket.groups.map((group) => placed(socket, group, unit.name, known, seen)),
  );
  const sockets = report.sockets.filter(
    (socket) =>
      socket.unit?.name === unit.name || all.some((one) => one.socket === socket && one.inside),
  );
  const paths = sockets.map(({ path }) => path);
  const groups = all.filter(({ socket }) => sockets.includes(socket));
  const foreign = foreignMaster(groups, unit.name);
  if (known === undefined || known.loadState === "not-found" || foreign !== undefined) {
    const why = foreign ?? whyUnknown(unit);
    const items = ofSystemd.flatMap((link) => itemOf(link, told("unknown", why)));
    return { unit: unit.name, sockets: paths, items };
  }
  const files = new Set([
    ...sockets.flatMap((socket) => socket.pidfile?.path ?? []),
    ...(known.pidFile === undefined ? [] : [known.pidFile]),
  ]);
  const pidfiles = seen.pidfiles.filter(({ path }) => files.has(path));
  const unitCase: UnitCase = {
    unit,
    properties: known,
    sockets,
    groups,
    pidfiles,
    expectations,
  };
  const items = unitLinks.flatMap((link) => itemOf(link, judges[link](unitCase)));
  return { unit: unit.name, sockets: paths, items };
}

function whyUnknown({ name, properties }: UnitFacts): string {
  if (properties.ok) return `systemd knows no ${name}`;
  return `systemd could not be asked: ${properties.failure.why}`;
}

function placed(
  socket: SocketReport,
  group: GroupReport,
  unit: string,
  properties: UnitProperties | undefined,
  { heads }: UnitsSeen,
): PlacedGroup {
  const top = group.master ?? group.workers[0];
  const head = heads.find(({ id }) => id.pid === top?.pid && id.startTicks === top.startTicks);
  const named = head?.unit ?? group.master?.unit ?? undefined;
  return { socket, group, head, inside: named === unit && !isForeign(head, properties) };
}

/** A unit of the same name of another systemd: that of a container, or of a user. */
function isForeign(head: HeadFacts | undefined, properties: UnitProperties | undefined): boolean {
  if (head?.cgroup === undefined || properties === undefined) return false;
  const own = properties.controlGroup;
  // a unit without a cgroup has no process; a systemd that tells of none may have some
  if (own === undefined) return properties.shown["ControlGroup"] !== undefined;
  return head.cgroup !== own && !head.cgroup.startsWith(`${own}/`);
}

/** Why no master that bears the unit's name is its own; undefined: one is, or there is none. */
function foreignMaster(groups: readonly PlacedGroup[], unit: string): string | undefined {
  const bearing = living(groups).filter(({ master, head }) => (head?.unit ?? master.unit) === unit);
  const [first] = bearing;
  if (first === undefined || bearing.some(({ inside }) => inside)) return undefined;
  return `master ${first.master.pid} is in the ${unit} of another systemd, such as a container's`;
}

/** Sockets none of whose masters is in a service, and for which the settings name no unit. */
function homeless(
  report: Report,
  seen: UnitsSeen,
  expectations: readonly Expectation[],
): readonly UnitAudit[] {
  return report.sockets.flatMap((socket) => {
    const groups = socket.groups.map((group) => placed(socket, group, "", undefined, seen));
    const masters = living(groups);
    const isOfService = masters.some(({ master }) => master.unit?.endsWith(".service") === true);
    if (masters.length === 0 || isOfService || socket.unit?.name.endsWith(".service") === true) {
      return [];
    }
    const found = noUnit(groups);
    const [home = "app"] = masters.flatMap(({ head }) => lastComponent(head?.workingDirectory));
    const fix =
      found.state === "bad"
        ? nativeUnitLines({ name: `${home}.service`, unit: undefined, groups, expectations }).join(
            "\n",
          )
        : null;
    const items: readonly AuditItem[] = [{ link: "outside-unit", ...found, fix }];
    return [{ unit: null, sockets: [socket.path], items }];
  });
}

function lastComponent(path: string | undefined): readonly string[] {
  const name = /\/([\w.-]+)$/.exec(path ?? "")?.[1];
  return name === undefined ? [] : [name];
}
