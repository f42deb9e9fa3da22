import { counted } from "../model/counted.ts";
import { sameProcess } from "../model/process.ts";
import type { EndingPlan, PlannedStep, Refusal } from "../model/remediation.ts";
import type { GroupReport, Report, SocketReport } from "../model/report.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { formatBytes } from "../parse/size.ts";
import { pidsText, type RemediateStyle } from "./remediate-style.ts";
import { utcText } from "./status-socket.ts";
import { labelled, textWidth } from "./wrap.ts";

/** Below this a label and its text get lines of their own. */
const leastTextWidth = 34;
const mostCommandWidth = 40;

/** `stale master 49 with 4 workers`, `orphaned group of 4 workers`. */
export function groupName({ role, master, workers }: EndingPlan): string {
  const crew = counted(workers.length, "worker");
  return master === null ? `${role} group of ${crew}` : `${role} master ${master.pid} with ${crew}`;
}

/** A heading that says of something whether it may be done, else how many reasons stand against it. */
export function verdictLines(
  name: string,
  { may, not }: { readonly may: string; readonly not: string },
  refusals: readonly Refusal[],
  { width, colours }: RemediateStyle,
): string[] {
  const ready = refusals.length === 0;
  const text = ready ? `${name} ${may}` : `${name} ${not}: ${counted(refusals.length, "reason")}`;
  const paint = ready ? colours.verdict("one-master") : colours.warning;
  return labelled("", text, width).map((line) => colours.bold(paint(line)));
}

/** Reasons why not, one after the other, their sentences below one another where there is room. */
export function refusalLines(refusals: readonly Refusal[], style: RemediateStyle): string[] {
  const widest = Math.max(0, ...refusals.map(({ reason }) => reason.length));
  return refusals.flatMap(({ reason, why }) => {
    const label = `  ✗ ${reason.padEnd(widest)}  `;
    const text = escapeUnprintable(why);
    const lines =
      style.width - textWidth(label) < leastTextWidth
        ? [`  ✗ ${reason}`, ...labelled("    ", text, style.width)]
        : labelled(label, text, style.width);
    return lines.map(style.colours.warning);
  });
}

/** The group of a plan in the report; undefined where the report has changed since. */
function reported(plan: EndingPlan, socket: SocketReport | undefined): GroupReport | undefined {
  return socket?.groups.find(({ master, listener }) =>
    plan.master === null || master === null
      ? plan.master === master && listener.inode === plan.listenerInode
      : sameProcess(plan.master, master),
  );
}

function ageText(since: string, takenAt: string): string {
  return `${utcText(since)}, ${formatDuration(Date.parse(takenAt) - Date.parse(since))} ago`;
}

/** Its user, unit and age are in the report alone. */
function masterText(plan: EndingPlan, group: GroupReport | undefined, takenAt: string): string {
  if (plan.master === null) return "dead";
  const known = group?.master;
  if (known === undefined || known === null) return String(plan.master.pid);
  const { pid, user, unit, startedAt } = known;
  const who = `${pid}, ${user ?? "user unknown"}, ${unit ?? "no unit"}`;
  return `${who}, ${formatDuration(Date.parse(takenAt) - Date.parse(startedAt))} old`;
}

/** Pids with the names that they have given themselves, cut short. */
function othersText({ others }: EndingPlan, group: GroupReport | undefined): string {
  const texts = others.map((pid) => {
    const command = group?.others.find((one) => one.pid === pid)?.command;
    if (command === undefined) return String(pid);
    const letters = Array.from(escapeUnprintable(command));
    const cut = letters.length > mostCommandWidth;
    const name = cut ? `${letters.slice(0, mostCommandWidth - 1).join("")}…` : letters.join("");
    return `${pid} (${name})`;
  });
  return texts.join(", ");
}

function ownerText({ owner, file }: EndingPlan): string {
  const at = file === null ? "no file stands at the path" : `file ${file.inode} at the path`;
  if (owner === null) return `nobody is known to; ${at}`;
  return `master ${owner.master.pid}, listener ${owner.listenerInode}, ${at}: must not feel it`;
}

/**
 * Why the obvious way is wrong: a master that gets TERM, INT, QUIT or HUP removes the socket file
 * by name (`Arbiter.stop`, gunicorn 19.7 to 26). Workers never do.
 */
function cautionText({ master, owner, file }: EndingPlan): string | undefined {
  if (master === null || file === null) return undefined;
  const whose = owner === null ? "" : ` of master ${owner.master.pid}`;
  return (
    `SIGTERM to master ${master.pid} would delete the live socket file${whose}: ` +
    "gunicorn unlinks it by name"
  );
}

function factLines(plan: EndingPlan, report: Report, { width, colours }: RemediateStyle): string[] {
  const socket = report.sockets.find(({ path }) => path === plan.socket);
  const group = reported(plan, socket);
  const kind = plan.role === "stale" ? "duplicate" : "orphaned-workers";
  const since = socket?.findings.find((finding) => finding.kind === kind)?.since;
  const bytes = plan.reclaimableBytes;
  const facts: (readonly [string, string | undefined])[] = [
    ["master", masterText(plan, group, report.takenAt)],
    ["workers", plan.workers.length === 0 ? "none" : pidsText(plan.workers.map(({ pid }) => pid))],
    ["others", plan.others.length === 0 ? undefined : othersText(plan, group)],
    ["since", since === undefined ? undefined : ageText(since, report.takenAt)],
    ["frees", bytes === null ? "unknown: it could not be read" : formatBytes(bytes)],
    ["serves", ownerText(plan)],
  ];
  const lines = facts.flatMap(([name, text]) =>
    text === undefined ? [] : labelled(`  ${name.padEnd(9)}`, text, width),
  );
  const caution = cautionText(plan);
  if (caution === undefined) return lines;
  return [...lines, ...labelled("  caution  ", caution, width).map(colours.warning)];
}

/** `SIGTERM 50 51 52 53, SIGKILL to what is left`: who is left is known only then. */
function signalsText({ signals }: PlannedStep): string {
  return signals
    .map(({ signal, pids }) => `${signal} ${pids.length === 0 ? "what is left" : pidsText(pids)}`)
    .join(", ");
}

function stepLines(step: PlannedStep, index: number, style: RemediateStyle): string[] {
  const { width, colours } = style;
  const signals = signalsText(step);
  const title = signals === "" ? step.step : `${step.step}: ${signals}`;
  const check = step.check === undefined ? [] : labelled("     checked: ", step.check, width);
  return [
    ...labelled(`  ${index + 1}  `, title, width).map(colours.bold),
    ...labelled("     ", escapeUnprintable(step.text), width),
    ...check.map(escapeUnprintable).map(colours.dim),
  ];
}

/**
 * One plan for people: what the group is, whether it may be ended, then the steps, or all reasons
 * why not. Steps that must not be taken now are left out: somebody might take them by hand.
 */
export function planLines(plan: EndingPlan, report: Report, style: RemediateStyle): string[] {
  const { refusals, steps } = plan;
  const words = { may: "may be ended", not: "is not ended" };
  const rest =
    refusals.length > 0
      ? refusalLines(refusals, style)
      : steps.flatMap((step, index) => stepLines(step, index, style));
  return [
    ...verdictLines(groupName(plan), words, refusals, style),
    ...factLines(plan, report, style),
    "",
    ...rest,
  ];
}
