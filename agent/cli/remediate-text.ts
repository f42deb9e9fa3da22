import { shellWord } from "../detect/audit-shell.ts";
import { counted } from "../model/counted.ts";
import { passingReasons, type PidfileRepair } from "../model/remediate-actor.ts";
import type { EndingPlan, Refusal } from "../model/remediation.ts";
import type { Report, SocketReport } from "../model/report.ts";
import { type Verdict, verdicts } from "../model/verdict.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { blindTexts, grants, nothingSeenText } from "./grants.ts";
import { planLines, refusalLines, verdictLines } from "./remediate-plan-text.ts";
import type { RemediateStyle } from "./remediate-style.ts";
import { labelled, textWidth } from "./wrap.ts";

/** The command that carries out what was planned for a socket, to be pasted; none if none would. */
function commandLines(
  socket: string,
  planned: readonly { readonly refusals: readonly Refusal[] }[],
  { config, colours }: RemediateStyle,
): string[] {
  const ready = planned.some(({ refusals }) => refusals.length === 0);
  const soon = planned.some(({ refusals }) =>
    refusals.every(({ reason }) => passingReasons.includes(reason)),
  );
  if (!ready && !soon) return [];
  const title = ready ? "to carry it out:" : "to wait for that, then carry it out:";
  const settings = config === undefined ? "" : ` --config ${shellWord(config)}`;
  const command = `onemaster remediate --yes${settings} --socket ${shellWord(socket)}`;
  return ["", title, colours.bold(`  ${command}`)];
}

function headLines(verdict: Verdict, path: string, { width, colours }: RemediateStyle): string[] {
  const word = colours.bold(colours.verdict(verdict)(verdict.toUpperCase()));
  const name = colours.bold(escapeUnprintable(path));
  return textWidth(verdict) + 2 + textWidth(path) <= width ? [`${word}  ${name}`] : [word, name];
}

/** A socket for which there is no plan: what its verdict stands on. */
function planlessLines({ findings, verdict }: SocketReport, { width }: RemediateStyle): string[] {
  const texts = findings.map(({ message }) => escapeUnprintable(message));
  if (verdict === "unreachable") {
    texts.push("no signal brings the path back, HUP neither: a new master has to bind it");
  }
  return texts.flatMap((text) => labelled("  ", text, width));
}

function socketLines(
  socket: SocketReport,
  plans: readonly EndingPlan[],
  report: Report,
  style: RemediateStyle,
): string[] {
  const blocks = plans.flatMap((plan) => ["", ...planLines(plan, report, style)]);
  return [
    ...headLines(socket.verdict, socket.path, style),
    ...(plans.length === 0 ? planlessLines(socket, style) : blocks),
    ...commandLines(socket.path, plans, style),
    "",
  ];
}

/** A plan for a socket that the report does not have, which only a report of less can bring about. */
function strayLines(plan: EndingPlan, report: Report, style: RemediateStyle): string[] {
  const name = style.colours.bold(escapeUnprintable(plan.socket));
  const command = commandLines(plan.socket, [plan], style);
  return [name, "", ...planLines(plan, report, style), ...command, ""];
}

/** `nothing to end: 3 sockets, 1 handover, 2 one-master`, worst first. */
function nothingText({ sockets, verdict, blind }: Report): string {
  // what could not be told is not said to be nothing
  const nothing = verdict === "unknown" ? "nothing to end was seen" : "nothing to end";
  if (sockets.length === 0) {
    const seen =
      verdict === "unknown"
        ? nothingSeenText(blind)
        : "no gunicorn listens on a unix socket of this host";
    return `${nothing}: ${seen}`;
  }
  const counts = verdicts.flatMap((one) => {
    const having = sockets.filter((socket) => socket.verdict === one).length;
    return having === 0 ? [] : [`${having} ${one}`];
  });
  return `${nothing}: ${counted(sockets.length, "socket")}, ${counts.join(", ")}`;
}

function blindLines({ blind }: Report, { width, colours }: RemediateStyle): string[] {
  const spots = blindTexts(blind).flatMap((text) => labelled("not seen ", text, width));
  const advice = grants(blind).flatMap((text) => labelled("grant    ", text, width));
  const lines = [...spots, ...advice].map(colours.warning);
  return lines.length === 0 ? [] : [...lines, ""];
}

/**
 * The plans for people, with a line end: socket by socket, the worst first, what would be ended
 * and how, or why not, and the command for it; then what could not be seen. Pure.
 */
export function plansText(
  plans: readonly EndingPlan[],
  report: Report,
  style: RemediateStyle,
): string {
  const sockets = report.sockets.toSorted(
    (one, other) => verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict),
  );
  const paths = new Set(sockets.map(({ path }) => path));
  const lines = [
    ...(plans.length === 0 ? [...labelled("", nothingText(report), style.width), ""] : []),
    ...sockets.flatMap((socket) => {
      const own = plans.filter((plan) => plan.socket === socket.path);
      return socketLines(socket, own, report, style);
    }),
    ...plans
      .filter((plan) => !paths.has(plan.socket))
      .flatMap((plan) => strayLines(plan, report, style)),
    ...blindLines(report, style),
  ];
  return `${lines.slice(0, -1).join("\n")}\n`;
}

function repairLines(repair: PidfileRepair, style: RemediateStyle): string[] {
  const { width } = style;
  const { refusals, path, socket, master } = repair;
  const words = { may: "may be repaired", not: "is not repaired" };
  const why =
    "a stop that finds no pid in it ends nobody, and the next start would add a second master";
  return [
    ...verdictLines(`pidfile ${escapeUnprintable(path)}`, words, refusals, style),
    ...labelled("  socket   ", escapeUnprintable(socket), width),
    ...labelled("  found    ", escapeUnprintable(repair.found), width),
    ...labelled("  write    ", `${master.pid}, the pid of the one master that serves`, width),
    ...labelled("  why      ", why, width),
    ...refusalLines(refusals, style),
    ...(refusals.length === 0 ? commandLines(socket, [repair], style) : []),
    "",
  ];
}

/** The pidfiles that could be repaired, for people, with a line end; empty where there is none. */
export function repairsText(repairs: readonly PidfileRepair[], style: RemediateStyle): string {
  const lines = repairs.flatMap((repair) => repairLines(repair, style));
  return lines.length === 0 ? "" : `${lines.slice(0, -1).join("\n")}\n`;
}
