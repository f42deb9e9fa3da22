import type { Evidence } from "../model/cause.ts";
import type { ManagerEvent, SudoEvent } from "../model/journal.ts";
import { aptTrigger } from "./cause-apt.ts";
import { moments, type Told, type TriggerCase } from "./cause-question.ts";
import { isoTime } from "./time.ts";

/** sudo logs a command before it runs it, and systemctl waits for nothing before it asks. */
const requestMs = 10_000;
/** What a re-exec or a reload upsets shows at once; a minute leaves room for a slow stop. */
const managerMs = 60_000;
/** Services go on being started that long after the kernel. */
const bootMs = 5 * 60_000;
/** Somebody, or something, has to notice that a worker was killed and restart the service. */
const oomMs = 10 * 60_000;
/** A pidfile is there within seconds of the start, even on a busy host. */
const raceMs = 10_000;
/** The same where nothing tells when it began to listen: a master that old has its pidfile. */
const raceUnheardMs = 2_000;
/** gunicorn logs whole seconds. */
const resolutionMs = 1_000;

/** The most telling trigger that is proved; `unknown` when none is. */
export function triggerOf(one: TriggerCase): Told {
  const asked = askedBySudo(one);
  return (
    aptTrigger(one) ??
    // a person who restarted the unit by name is nearer to it than a reload before
    (asked === undefined ? managerTrigger(one, "manager-reexec") : undefined) ??
    (asked === undefined ? managerTrigger(one, "manager-reload") : undefined) ??
    bootTrigger(one) ??
    joinedWith(asked, oomTrigger(one)) ??
    joinedWith(asked, raceTrigger(one)) ??
    asked ??
    jobTrigger(one) ?? { trigger: "unknown", by: null, evidence: [] }
  );
}

/** True where the event came at most `withinMs` before one of the moments. */
function shortlyBefore(one: TriggerCase, atMs: number, withinMs: number): boolean {
  return moments(one).some((moment) => atMs <= moment && moment - atMs <= withinMs);
}

function journal(atMs: number, text: string): Evidence {
  return { at: isoTime(atMs), text, source: "journal" };
}

function joinedWith(asked: Told | undefined, told: Told | undefined): Told | undefined {
  if (told === undefined || asked === undefined) return told;
  return { ...told, by: asked.by, evidence: [...told.evidence, ...asked.evidence] };
}

/** Before the first master came, nothing can have made two of it. */
function firstStartedMs({ question }: TriggerCase): number {
  return Math.min(...question.first.map(({ startedMs }) => startedMs ?? -Infinity));
}

function managerTrigger(one: TriggerCase, kind: ManagerEvent["kind"]): Told | undefined {
  const event = one.events.findLast(
    (candidate): candidate is ManagerEvent =>
      candidate.kind === kind &&
      candidate.atMs >= firstStartedMs(one) + resolutionMs &&
      shortlyBefore(one, candidate.atMs, managerMs),
  );
  if (event === undefined) return undefined;
  const did = kind === "manager-reexec" ? "executed itself again" : "read its units again";
  const by = event.by === undefined ? "" : `, asked by ${event.by}`;
  return {
    trigger: kind,
    by: event.by ?? null,
    evidence: [journal(event.atMs, `systemd ${did}${by}`)],
  };
}

/** Both masters came with the same boot, and nobody stopped the unit in between. */
function bootTrigger(one: TriggerCase): Told | undefined {
  const { question, start } = one;
  const boot = one.events.findLast(
    // a master that came in the boot's first second is logged as if before it
    ({ kind, atMs }) => kind === "boot" && atMs < question.secondStartedMs + resolutionMs,
  );
  if (boot === undefined || start?.stop !== undefined || question.first.length === 0) {
    return undefined;
  }
  const pids = new Set(question.first.map(({ pid }) => pid));
  const stopped = one.events.some(
    (event) =>
      event.atMs > boot.atMs &&
      event.atMs <= question.secondStartedMs &&
      ((event.kind === "stopped" && event.unit === one.unit) ||
        (event.kind === "leftover-after-stop" && pids.has(event.pid))),
  );
  const withBoot = (ms: number | undefined): boolean =>
    ms !== undefined && ms + resolutionMs > boot.atMs && ms - boot.atMs <= bootMs;
  const both =
    withBoot(question.secondStartedMs) &&
    question.first.every(({ startedMs }) => withBoot(startedMs));
  if (stopped || !both) return undefined;
  const text = "the host booted; both masters started with it";
  return { trigger: "boot", by: null, evidence: [journal(boot.atMs, text)] };
}

function oomTrigger(one: TriggerCase): Told | undefined {
  const event = one.events.findLast(
    (candidate) =>
      (candidate.kind === "unit-oom"
        ? candidate.unit === one.unit
        : candidate.kind === "kernel-oom" && isGunicorn(candidate.comm)) &&
      shortlyBefore(one, candidate.atMs, oomMs),
  );
  if (event?.kind === "kernel-oom") {
    const text = `the kernel killed process ${event.pid} (${event.comm}) for want of memory`;
    const evidence: Evidence = { at: isoTime(event.atMs), text, source: "kernel" };
    return { trigger: "out-of-memory", by: null, evidence: [evidence] };
  }
  if (event?.kind === "unit-oom") {
    const text = `${event.unit}: ${event.detail}`;
    return { trigger: "out-of-memory", by: null, evidence: [journal(event.atMs, text)] };
  }
  return undefined;
}

/** True for the kernel's name of a gunicorn process, whether it has set its title or not. */
export function isGunicorn(comm: string): boolean {
  return comm === "gunicorn" || comm.startsWith("gunicorn: ") || comm === "gunicorn3";
}

/** The unit was started, and stopped before the master of that start had written its pidfile. */
function raceTrigger(one: TriggerCase): Told | undefined {
  const { start, starts, question } = one;
  const stop = start?.stop;
  if (start === undefined || stop === undefined) return undefined;
  const before = starts.findLast(
    ({ unit, bootId, beganMs }) =>
      unit === start.unit && bootId === start.bootId && beganMs < stop.beganMs,
  );
  if (before === undefined || stop.beganMs - before.beganMs > raceMs) return undefined;
  const young = question.first.find((master) => {
    const { pid, startedMs, listeningMs } = master;
    if (startedMs === undefined || startedMs + resolutionMs < before.beganMs) return false;
    const survivor = stop.survivors.find((process) => process.pid === pid);
    // it sets its title when it has its pidfile
    if (survivor !== undefined && survivor.comm !== "gunicorn") return false;
    // the process that was to become it by forking: it had no pidfile yet
    if (survivor === undefined) return stop.survivors.some(({ comm }) => isGunicorn(comm));
    return listeningMs === undefined
      ? stop.beganMs - startedMs <= raceUnheardMs
      : stop.beganMs < listeningMs + resolutionMs;
  });
  if (young === undefined) return undefined;
  const seconds = ((stop.beganMs - before.beganMs) / 1_000).toFixed(1);
  const text =
    `${start.unit} was started and, ${seconds} s later, stopped again: ` +
    `master ${young.pid} had no pidfile yet`;
  return { trigger: "restart-race", by: null, evidence: [journal(before.beganMs, text)] };
}

/** The name of a unit as people type it: `platform` for platform.service. */
function typedNames(unit: string): readonly string[] {
  return unit.endsWith(".service") ? [unit, unit.slice(0, -".service".length)] : [unit];
}

const asksForStart = /^(?:(?:re)?start|stop|try-restart|(?:try-)?reload-or-restart|force-reload)$/;

/** True where a command line stops or starts the unit: systemctl, service or its init script. */
function asksForUnit(command: string, unit: string): boolean {
  const words = command.split(/[\s;&|'"]+/);
  const names = typedNames(unit);
  const named = words.some(
    (word) => names.includes(word) || names.some((name) => word === `/etc/init.d/${name}`),
  );
  return named && words.some((word) => asksForStart.test(word));
}

function askedBySudo(one: TriggerCase): Told | undefined {
  const { unit, events } = one;
  const sudo = events.findLast(
    (event): event is SudoEvent =>
      event.kind === "sudo" &&
      (one.start === undefined
        ? /(?:^|\/)gunicorn3?\b/.test(event.command)
        : unit !== undefined && asksForUnit(event.command, unit)) &&
      shortlyBefore(one, event.atMs, requestMs),
  );
  if (sudo === undefined) return undefined;
  const text = `${sudo.user} ran: ${sudo.command}`;
  return { trigger: "manual-restart", by: sudo.user, evidence: [journal(sudo.atMs, text)] };
}

/** A job to stop and one to start it: somebody asked for both, whoever that was. */
function jobTrigger({ start }: TriggerCase): Told | undefined {
  if (start?.stop?.jobType === undefined || start.automatic) return undefined;
  const text = `${start.unit} was stopped and started on request; the journal does not say whose`;
  return { trigger: "manual-restart", by: null, evidence: [journal(start.beganMs, text)] };
}
