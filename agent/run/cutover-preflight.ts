import type { CutoverTarget } from "../model/cutover.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";
import { whyUnseen } from "../act/seen-by.ts";
import { prepareTrial, type Trial } from "../act/trial.ts";
import { pauseOf } from "../history/remediation-state.ts";
import type { SiteAnswer, SitePlace } from "../probe/site-ask.ts";
import type { CutoverParts } from "./cutover-walk.ts";
import { reasonOf } from "./remediation-lock.ts";

const RUNTIME = "/run";
const TRIAL_MS = 60_000;
const BETWEEN_MS = 100;
const ANSWER_MS = 10_000;
/** More than people take for a slow answer. */
const LONG_START_MS = 3_000;

/** What the host was found to be right before anything is changed. */
export interface Preflight {
  /** What each answered; null: it did not, or is not asked. */
  readonly statusBefore: { readonly socket: number | null; readonly nginx: number | null };
  /** For people: what was tried. */
  readonly text: string;
}

/**
 * Tries everything that could fail later, and changes nothing: loads the application as the
 * service's user, starts the new command line at a path of its own, asks it, and ends it. Gives
 * what was found, or why the cutover must not begin.
 */
export async function preflight(
  plan: CutoverPlan,
  target: CutoverTarget,
  parts: CutoverParts,
): Promise<Preflight | { readonly why: string }> {
  const paused = pauseOf(parts.settings.stateDir);
  if (paused !== undefined) return { why: `${paused}: remove it to let groups be ended` };
  for (const name of new Set([target.old.unit, target.service.name])) {
    const unit = await parts.unit(name);
    if (unit === undefined) return { why: `what systemd knows of ${name} could not be asked` };
    if ((unit.job ?? 0) !== 0) return { why: `${name} has job ${unit.job}: wait for its end` };
  }
  const statusBefore = await statusNow(target, parts);
  const untold = whySilent(plan, target, statusBefore);
  if (untold !== undefined) return { why: untold };
  const hidden = plan.mode === "live" ? await whyGateRefuses(target, parts) : undefined;
  if (hidden !== undefined) return { why: hidden };
  const failure = await tried(target, parts, statusBefore.socket);
  if (failure !== undefined) return { why: failure };
  const { program, version, user } = target.service;
  const who = `${user.name}${target.service.keepsRoot ? ", its master as root" : ""}`;
  return {
    statusBefore,
    text: `gunicorn ${version} (${program}) loads and serves ${target.service.app} as ${who}`,
  };
}

/** The gate runs as the service's user, and lets a start pass beside masters that it sees aside. */
async function whyGateRefuses(
  { service, old }: CutoverTarget,
  { tool }: CutoverParts,
): Promise<string | undefined> {
  const master = old.groups.find(({ serves }) => serves)?.master;
  if (master === undefined || master === null || service.keepsRoot) return undefined;
  const why = await whyUnseen(master.pid, service.user.name, tool);
  if (why === undefined) return undefined;
  const what = "the gate, which runs as that user, would not let the native unit start beside it";
  return `${why}: ${what}; mount /proc without hidepid=, or write --clean`;
}

/** A site that does not answer now cannot be told from one that was broken by us. */
function whySilent(
  { mode }: CutoverPlan,
  { socket, nginx }: CutoverTarget,
  before: Preflight["statusBefore"],
): string | undefined {
  if (mode === "clean") return undefined;
  if (before.socket === null) return `${socket.path} does not answer now: see --clean`;
  if (nginx === null || before.nginx !== null) return undefined;
  return `${nginx.url} does not answer now: start nginx, or say --no-nginx`;
}

async function statusNow(
  { socket, nginx }: CutoverTarget,
  { ask }: CutoverParts,
): Promise<Preflight["statusBefore"]> {
  const own: SitePlace = { through: "socket", path: socket.path, url: socket.url };
  const through = await ask(own, ANSWER_MS);
  if (nginx === null) return { socket: statusOf(through), nginx: null };
  const place: SitePlace = { through: "nginx", url: nginx.url, host: nginx.host };
  return { socket: statusOf(through), nginx: statusOf(await ask(place, ANSWER_MS)) };
}

function statusOf(answer: SiteAnswer): number | null {
  return answer.kind === "answered" ? answer.status : null;
}

/** Why the new command line does not serve. Whatever comes of it, nothing of the trial is left. */
async function tried(
  target: CutoverTarget,
  parts: CutoverParts,
  before: number | null,
): Promise<string | undefined> {
  let trial: Trial;
  try {
    trial = await prepareTrial(target, RUNTIME, parts.tool);
  } catch (error) {
    return `a folder for the trial could not be made below ${RUNTIME}: ${reasonOf(error)}`;
  }
  let why: string | undefined;
  try {
    why = await trial.check();
    const sinceMs = parts.clock.monotonicMs();
    why ??= await trial.start();
    why ??= await whyNotServing(trial, target.socket.url, parts, before);
    const tookMs = parts.clock.monotonicMs() - sinceMs;
    if (why === undefined && tookMs > LONG_START_MS) parts.told.note(longStartText(tookMs));
  } finally {
    const unended = await trial.end();
    if (unended !== undefined) parts.told.note(`the trial ${trial.unit} is left: ${unended}`);
  }
  return why === undefined ? undefined : `tried beside the live path, and it failed: ${why}`;
}

/** gunicorn binds the path before its workers have loaded the application. */
function longStartText(tookMs: number): string {
  const seconds = Math.round(tookMs / 1000);
  return `it took ${seconds} s to its first answer: as long do requests wait when it takes the path`;
}

async function whyNotServing(
  trial: Trial,
  url: string,
  parts: CutoverParts,
  before: number | null,
): Promise<string | undefined> {
  const endMs = parts.clock.monotonicMs() + TRIAL_MS;
  for (;;) {
    const answer = await parts.ask({ through: "socket", path: trial.socket, url }, ANSWER_MS);
    if (answer.kind === "answered") {
      if (answer.status < 500 || answer.status === before) return undefined;
      return `it answers ${answer.status} to ${url}`;
    }
    const unit = await parts.unit(trial.unit);
    const ended = unit?.activeState !== "active" && unit?.activeState !== "activating";
    if (ended) return "gunicorn ended by itself: see its error log";
    if (parts.clock.monotonicMs() > endMs) return `no answer in 60 s: ${answer.why}`;
    await parts.clock.sleep(BETWEEN_MS);
  }
}
