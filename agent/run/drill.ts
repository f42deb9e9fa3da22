import { processCount, soundUnits } from "../detect/sound.ts";
import type { Controlled, DrillReport, DrillRow, Metered } from "../model/drill.ts";
import type { SocketSettings } from "../model/settings.ts";
import { type SoundCheck, soundness, type Soundness } from "../model/sound.ts";
import type { UnitFacts } from "../model/unit.ts";
import { checkStopped, type Standing, standingOf } from "./drill-standing.ts";
import type { SoundLook } from "./sound-look.ts";

/** What a drill changes the host with, looks with, and waits with. */
export interface DrillParts {
  readonly control: (
    verb: "restart" | "stop" | "start" | "reset-failed",
    unit: string,
  ) => Promise<Controlled>;
  readonly look: () => Promise<SoundLook>;
  /** Asks this socket until it is stopped. */
  readonly meter: (path: string, failsAnyway: boolean) => { stop(): Promise<Metered> };
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** True once the drill is to end after the step under way. */
  readonly stopped: () => boolean;
  /** A step begins, or has ended. */
  readonly told: (step: DrillRow["step"] | DrillRow) => void;
}

/** What is drilled and what it has to be like after each step. */
export interface DrillPlan {
  readonly unit: string;
  readonly cycles: number;
  /** Its sockets, each with what it has to be like. */
  readonly expectations: readonly SocketSettings[];
  readonly before: Standing;
}

/** Between two looks that wait for the unit to come to rest. */
const LOOK_EVERY_MS = 200;
/** So long workers may take to boot once the socket answers. */
const SETTLE_MS = 15_000;
/** So long an application may take to answer at all. */
const BOOT_MS = 60_000;
/** So long a unit is failed before it is believed: systemd itself does not try any more then. */
const FAILED_MS = 2_000;

/**
 * Restarts the unit again and again, then stops and starts it, and checks after each step that all
 * is as before. Ends at the first step that is not: on a unit that adds a master with every start
 * each further one would cost the host another group. A unit that was stopped is started again
 * whatever happened.
 */
export async function drill(plan: DrillPlan, parts: DrillParts): Promise<DrillReport> {
  const rows: DrillRow[] = [];
  let endedEarly: string | null = null;
  for (let cycle = 1; cycle <= plan.cycles && endedEarly === null; cycle += 1) {
    if (parts.stopped()) endedEarly = "it was told to stop";
    else rows.push(await restart(cycle, plan, parts));
    if (rows.at(-1)?.soundness !== "sound") endedEarly ??= `cycle ${cycle} did not leave it sound`;
  }
  if (endedEarly === null && parts.stopped()) endedEarly = "it was told to stop";
  if (endedEarly === null) {
    try {
      rows.push(await stop(plan, parts));
    } finally {
      rows.push(await start(plan, parts));
    }
  }
  const worst = worstOf(rows);
  return {
    schema: 1,
    unit: plan.unit,
    sockets: plan.before.sockets,
    cycles: plan.cycles,
    soundness: worst === "sound" && endedEarly !== null ? "unknown" : worst,
    endedEarly,
    rows,
  };
}

function worstOf(rows: readonly DrillRow[]): Soundness {
  const all = rows.map((row) => row.soundness);
  if (all.includes("not-sound")) return "not-sound";
  return all.includes("unknown") || all.length === 0 ? "unknown" : "sound";
}

function meters({ before }: DrillPlan, { meter }: DrillParts): () => Promise<Metered> {
  const running = before.sockets.map((path) => meter(path, before.failsAnyway));
  return async () => {
    const met = await Promise.all(running.map((one) => one.stop()));
    return {
      asked: met.reduce((sum, one) => sum + one.asked, 0),
      failed: met.reduce((sum, one) => sum + one.failed, 0),
      downtimeMs: Math.max(0, ...met.map((one) => one.downtimeMs)),
      slowestMs: Math.max(0, ...met.map((one) => one.slowestMs)),
    };
  };
}

/** systemd refuses what was started too often in a short time; it forgets that on request. */
async function forgetStarts({ unit }: DrillPlan, { control }: DrillParts): Promise<void> {
  await control("reset-failed", unit);
}

async function restart(cycle: number, plan: DrillPlan, parts: DrillParts): Promise<DrillRow> {
  parts.told(cycle);
  await forgetStarts(plan, parts);
  const begunMs = parts.nowMs();
  const stopMeters = meters(plan, parts);
  try {
    const done = await parts.control("restart", plan.unit);
    const look = await settledLook(plan, parts, done);
    const durationMs = parts.nowMs() - begunMs;
    return tell(rowOf(cycle, plan, look, { done, durationMs, metered: await stopMeters() }), parts);
  } finally {
    // they would ask for ever where a look could not be taken
    await stopMeters();
  }
}

async function stop(plan: DrillPlan, parts: DrillParts): Promise<DrillRow> {
  parts.told("stop");
  const before = standingOf(await parts.look(), plan.unit) ?? plan.before;
  const begunMs = parts.nowMs();
  const done = await parts.control("stop", plan.unit);
  const look = await parts.look();
  const durationMs = parts.nowMs() - begunMs;
  const row = rowOf("stop", plan, look, { done, durationMs, metered: null });
  const checks = checkStopped(look, before, plan.unit);
  return tell({ ...row, checks, soundness: withRefusal(checks, done) }, parts);
}

async function start(plan: DrillPlan, parts: DrillParts): Promise<DrillRow> {
  parts.told("start");
  await forgetStarts(plan, parts);
  const begunMs = parts.nowMs();
  const done = await parts.control("start", plan.unit);
  const look = await settledLook(plan, parts, done);
  const durationMs = parts.nowMs() - begunMs;
  return tell(rowOf("start", plan, look, { done, durationMs, metered: null }), parts);
}

function tell(row: DrillRow, { told }: DrillParts): DrillRow {
  told(row);
  return row;
}

/** The first look at which all checks hold, or the last one that was waited for. */
async function settledLook(
  plan: DrillPlan,
  parts: DrillParts,
  done: Controlled,
): Promise<SoundLook> {
  const begunMs = parts.nowMs();
  let answersSinceMs = Infinity;
  let failedSinceMs = Infinity;
  for (;;) {
    const look = await parts.look();
    if (soundness(checksOf(plan, look)) === "sound") return look;
    const nowMs = parts.nowMs();
    const answers = [...look.answers.values()].some(({ kind }) => kind === "answered");
    answersSinceMs = answers ? Math.min(answersSinceMs, nowMs) : Infinity;
    failedSinceMs = hasFailed(look, plan) ? Math.min(failedSinceMs, nowMs) : Infinity;
    // what systemd could not start is waited for only as long as workers are
    const bootMs = done.kind === "done" ? BOOT_MS : SETTLE_MS;
    const isOver =
      nowMs - answersSinceMs >= SETTLE_MS ||
      nowMs - failedSinceMs >= FAILED_MS ||
      nowMs - begunMs >= bootMs;
    if (isOver) return look;
    await parts.pause(LOOK_EVERY_MS);
  }
}

function hasFailed({ seen }: SoundLook, { unit }: DrillPlan): boolean {
  const properties = seen.units.find(({ name }) => name === unit)?.properties;
  return properties?.ok === true && properties.value.activeState === "failed";
}

function checksOf({ unit, expectations, before }: DrillPlan, look: SoundLook): SoundCheck[] {
  const processesBefore = before.processes ?? undefined;
  const units = soundUnits({ ...look, expectations, processesBefore }, unit);
  return units.flatMap(({ checks }) => checks);
}

/** A step that systemd did not do is not sound, whatever it looks like. */
function withRefusal(checks: readonly SoundCheck[], done: Controlled): Soundness {
  return done.kind === "failed" ? "not-sound" : soundness(checks);
}

function rowOf(
  step: DrillRow["step"],
  plan: DrillPlan,
  look: SoundLook,
  met: {
    readonly done: Controlled;
    readonly durationMs: number;
    readonly metered: Metered | null;
  },
): DrillRow {
  const checks = checksOf(plan, look);
  const facts = look.seen.units.find(({ name }) => name === plan.unit);
  const here = look.report.sockets.filter(({ path }) => plan.before.sockets.includes(path));
  const masters = here.map((socket) => socket.masters);
  const workers = here.flatMap(({ groups }) => groups.map((group) => group.workers.length));
  return {
    step,
    durationMs: met.durationMs,
    mainPid: mainPidOf(facts),
    masters: masters.includes(null)
      ? null
      : masters.reduce((sum: number, one) => sum + (one ?? 0), 0),
    workers: workers.reduce((sum, one) => sum + one, 0),
    processes: (facts === undefined ? undefined : processCount(facts, here)) ?? null,
    metered: met.metered,
    soundness: withRefusal(checks, met.done),
    checks,
    refused: met.done.kind === "failed" ? met.done.why : null,
  };
}

function mainPidOf(unit: UnitFacts | undefined): number | null {
  return unit?.properties.ok === true ? (unit.properties.value.mainPid ?? null) : null;
}
