import type { Answer } from "../model/acting.ts";
import type { AuditItem, UnitLink } from "../model/audit.ts";
import type { Report, SocketReport } from "../model/report.ts";
import type { SoundCheck, SoundName, SoundState, UnitSoundness } from "../model/sound.ts";
import { soundness } from "../model/sound.ts";
import type { UnitFacts, UnitsSeen } from "../model/unit.ts";
import { auditUnits } from "./audit.ts";
import type { Expectation } from "./audit-case.ts";

/** All that the soundness of units is judged by. */
export interface SoundFacts {
  readonly report: Report;
  readonly seen: UnitsSeen;
  readonly expectations: readonly Expectation[];
  /** What came of asking the owner of each socket, by path. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** How many processes a unit had before; undefined: not known, or nothing was before. */
  readonly processesBefore: number | undefined;
}

/** Links whose warning is something that has to pass, or to be mended. */
const strictLinks: ReadonlySet<UnitLink> = new Set([
  "main-pid",
  "type",
  "serving",
  "start-works",
  "workers",
]);

/**
 * Judges units, those of the report's sockets or the one that is asked for: whether each has one
 * master, systemd's own, and a restart will leave it so. Pure. Stands on the audit, with what it
 * does not look at: who else is on the socket, whether it answers, how many processes there are.
 */
export function soundUnits(facts: SoundFacts, asked: string | undefined): readonly UnitSoundness[] {
  const { report, seen, expectations } = facts;
  const audit = auditUnits(report, seen, expectations, asked);
  return audit.units.map(({ unit, sockets, items }) => {
    const unitFacts = seen.units.find(({ name }) => name === unit);
    const here = report.sockets.filter(({ path }) => sockets.includes(path));
    const single = oneMaster(here, unitFacts);
    const checks = [
      ...single,
      ...items.map((item) => checkOf(item, single)),
      ...asItIs(here, items),
      ...answering(here, facts.answers),
      ...(unitFacts === undefined ? [] : processes(unitFacts, here, facts.processesBefore)),
      ...(unitFacts === undefined ? [] : enabled(unitFacts)),
    ];
    return { unit, sockets, soundness: soundness(checks), checks };
  });
}

function checkOf(
  { link, state, evidence, fix }: AuditItem,
  single: readonly SoundCheck[],
): SoundCheck {
  // what onemaster ends itself nobody has to end by hand
  const ended = link === "one-group" && single.some((check) => check.fix !== null);
  return { check: link, state: stateOf(link, state), evidence, fix: ended ? null : fix };
}

function stateOf(link: UnitLink, state: AuditItem["state"]): SoundState {
  switch (state) {
    case "ok":
      return "ok";
    case "warning":
      return strictLinks.has(link) ? "not" : "note";
    case "bad":
      return "not";
    case "unknown":
      return "unknown";
  }
}

function told(check: SoundName, state: SoundState, evidence: string, fix: string | null = null) {
  return { check, state, evidence, fix };
}

function oneMaster(
  sockets: readonly SocketReport[],
  unit: UnitFacts | undefined,
): readonly SoundCheck[] {
  if (sockets.length > 0) return sockets.map(oneMasterAt);
  const known = unit?.properties.ok === true ? unit.properties.value : undefined;
  // one that does not exist is inactive, too
  const state = known?.loadState === "not-found" ? undefined : known?.activeState;
  const at = state === undefined ? "" : `; the unit is ${state}`;
  // an active unit may well serve where nobody has looked
  const certain = state === "inactive" || state === "failed";
  const fix = certain ? `systemctl start ${unit?.name}` : null;
  return [told("one-master", certain ? "not" : "unknown", `no socket of it was found${at}`, fix)];
}

function oneMasterAt({ path, verdict, findings, groups }: SocketReport): SoundCheck {
  const found = findings.map(({ message }) => message).join("; ");
  switch (verdict) {
    case "one-master": {
      const size = groups.reduce((sum, { workers }) => sum + workers.length, 0);
      const workers = size === 1 ? "1 worker" : `${size} workers`;
      const pids = groups.map(({ master }) => master?.pid).join(" ");
      return told("one-master", "ok", `master ${pids} with ${workers}, alone on ${path}`);
    }
    case "unknown":
      return told("one-master", "unknown", found);
    case "duplicate":
    case "orphaned-workers":
      return told("one-master", "not", found, `onemaster remediate --yes --socket ${path}`);
    case "unreachable":
    case "no-master":
    case "handover":
      return told("one-master", "not", found);
  }
}

/** What nobody has set an expectation for is told as it is. */
function asItIs(
  sockets: readonly SocketReport[],
  items: readonly AuditItem[],
): readonly SoundCheck[] {
  const judged = new Set(items.map(({ link }) => link));
  return sockets.flatMap(({ path, file, groups }) => {
    const [serving] = groups;
    const checks: SoundCheck[] = [];
    if (!judged.has("workers") && serving?.role === "serving") {
      const count = serving.workers.length;
      const evidence = `master ${serving.master?.pid} has ${count}; how many it is to have is not set`;
      checks.push(told("workers", count > 0 ? "ok" : "not", evidence));
    }
    if (file === null) return checks;
    const { mode, owner, group } = file;
    if (!judged.has("socket-mode")) {
      checks.push(told("socket-mode", "ok", `${path} has mode ${mode}; no other is set`));
    }
    if (!judged.has("socket-owner")) {
      const evidence = `${path} belongs to ${owner}:${group}; no other is set`;
      checks.push(told("socket-owner", "ok", evidence));
    }
    return checks;
  });
}

function answering(
  sockets: readonly SocketReport[],
  answers: ReadonlyMap<string, Answer>,
): readonly SoundCheck[] {
  return sockets.flatMap(({ path, groups }) => {
    const answer = answers.get(path);
    switch (answer?.kind) {
      case undefined:
        // with nobody there, other checks say so
        if (groups.length === 0) return [];
        return [told("answers", "unknown", `nobody was asked at ${path}`)];
      case "answered": {
        const took = `${Math.round(answer.tookMs)} ms`;
        return [told("answers", "ok", `OPTIONS / is answered with ${answer.status} in ${took}`)];
      }
      case "silent":
        return [told("answers", "not", `OPTIONS / is not answered: ${answer.why}`)];
    }
  });
}

/** How many processes of a unit count: what its workers have started comes and goes. */
export function processCount(
  unit: UnitFacts,
  sockets: readonly SocketReport[],
): number | undefined {
  if (!unit.processes.ok) return undefined;
  const passing = new Set(
    sockets.flatMap(({ groups }) => groups.flatMap(({ others }) => others.map(({ pid }) => pid))),
  );
  return unit.processes.value.filter((pid) => !passing.has(pid)).length;
}

function processes(
  unit: UnitFacts,
  sockets: readonly SocketReport[],
  before: number | undefined,
): readonly SoundCheck[] {
  if (before === undefined) return [];
  const count = processCount(unit, sockets);
  if (count === undefined) {
    return [told("processes", "unknown", "how many it has could not be read")];
  }
  const evidence = `${count} in its cgroup, ${before} before`;
  return [told("processes", count > before ? "not" : "ok", evidence)];
}

function enabled({ name, properties }: UnitFacts): readonly SoundCheck[] {
  if (!properties.ok) return [];
  const { unitFileState, triggeredBy } = properties.value;
  if (unitFileState === undefined) return [];
  const socket = triggeredBy.find((trigger) => trigger.endsWith(".socket"));
  if (socket !== undefined) return [told("enabled", "ok", `${socket} starts it`)];
  const atBoot = /^(?:enabled|enabled-runtime|generated|alias|linked)$/.test(unitFileState);
  if (atBoot) return [told("enabled", "ok", `${unitFileState}: it starts at boot`)];
  const evidence = `${unitFileState}: it does not start at boot by itself`;
  return [told("enabled", "note", evidence, `systemctl enable ${name}`)];
}
