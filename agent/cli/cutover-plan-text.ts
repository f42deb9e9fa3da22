import { shellWord } from "../detect/audit-shell.ts";
import { counted } from "../model/counted.ts";
import type { CutoverTarget } from "../model/cutover.ts";
import {
  type CutoverPlan,
  type CutoverQuestion,
  type CutoverStep,
  isAlreadyNative,
  isReady,
} from "../model/cutover-plan.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled, textWidth } from "./wrap.ts";

/** How to dress a plan. */
export interface CutoverPlanStyle extends TextStyle {
  /** The words that were typed behind `cutover plan`, to be typed again behind `apply`. */
  readonly typed: readonly string[];
}

/** The plan as it may be shown: without the texts of files that may hold secrets. */
export function shownPlan(plan: CutoverPlan): CutoverPlan {
  if (plan.target === null) return plan;
  const files = plan.target.files.map((file) => (file.secret ? { ...file, text: "" } : file));
  return { ...plan, target: { ...plan.target, files } };
}

function paragraph(label: string, text: string, width: number): string[] {
  return labelled(label, escapeUnprintable(text), width);
}

function title(text: string, { colours }: CutoverPlanStyle): string[] {
  return ["", colours.bold(text)];
}

function headLines(
  { host, mode, socketActivation, target }: CutoverPlan,
  style: CutoverPlanStyle,
): string[] {
  if (target === null) return [style.colours.bold(`cutover on ${escapeUnprintable(host)}`)];
  const { service, old, socket } = target;
  const how = `${mode === "clean" ? "all is stopped first" : "live"}${socketActivation ? ", systemd holds the socket" : ""}`;
  const from = old.kind === "sysv" ? (old.initScript ?? old.unit) : "masters in no unit";
  const name = `${from} → ${service.name}, native; ${how}`;
  return [
    ...labelled("", escapeUnprintable(name), style.width).map(style.colours.bold),
    ...paragraph("  ", `${socket.path} on ${host}`, style.width),
  ];
}

function groupText({ old }: CutoverTarget): readonly string[] {
  return old.groups.map(({ role, master, workers }) => {
    const crew = counted(workers.length, "worker");
    return master === null
      ? `${role}: ${crew} without a master`
      : `${role}: master ${master.pid}, ${crew}`;
  });
}

function todayLines(plan: CutoverPlan, style: CutoverPlanStyle): string[] {
  const { today, target } = plan;
  const texts = [...(target === null ? [] : groupText(target)), ...today];
  if (texts.length === 0) return [];
  return [
    ...title("today", style),
    ...texts.flatMap((text) => paragraph("  - ", text, style.width)),
  ];
}

const widestValue = 34;

function valueLines({ values }: CutoverPlan, { width, colours }: CutoverPlanStyle): string[] {
  const known = values.filter(({ value }) => value !== null && value !== "");
  const names = Math.max(0, ...known.map(({ name }) => name.length));
  const texts = Math.min(
    widestValue,
    Math.max(0, ...known.map(({ value }) => textWidth(value ?? ""))),
  );
  return known.flatMap(({ name, value, source }) => {
    const label = `  ${name.padEnd(names)}  `;
    const text = escapeUnprintable(value ?? "");
    const room = width - textWidth(label) - texts - 2;
    if (textWidth(text) <= texts && textWidth(source) <= room) {
      return [`${label}${text.padEnd(texts)}  ${colours.dim(escapeUnprintable(source))}`];
    }
    const below = paragraph(" ".repeat(textWidth(label)), `↳ ${source}`, width);
    return [...labelled(label, text, width), ...below.map(colours.dim)];
  });
}

function questionLines(question: CutoverQuestion, { width, colours }: CutoverPlanStyle): string[] {
  const { flag, guess, why } = question;
  const answer = guess === null ? `${flag} …` : `${flag} ${shellWord(guess)}`;
  return [
    ...paragraph("  ? ", why, width).map(colours.warning),
    colours.bold(`    ${escapeUnprintable(answer)}`),
  ];
}

function againstLines({ refusals, questions }: CutoverPlan, style: CutoverPlanStyle): string[] {
  const { width, colours } = style;
  const widest = Math.max(0, ...refusals.map(({ reason }) => reason.length));
  const against = refusals.flatMap(({ reason, why }) =>
    paragraph(`  ✗ ${reason.padEnd(widest)}  `, why, width).map(colours.warning),
  );
  return [
    ...(against.length === 0
      ? []
      : [...title("it is not carried out as long as this is so", style), ...against]),
    ...(questions.length === 0
      ? []
      : [
          ...title("what could not be found out: give it by flag", style),
          ...questions.flatMap((question) => questionLines(question, style)),
        ]),
  ];
}

/** Names are shown, values are not. */
function fileLines({ files }: CutoverTarget, style: CutoverPlanStyle): string[] {
  return files.flatMap(({ path, text, secret }) => {
    const lines = text.trimEnd().split("\n");
    const shown = secret ? lines.map((line) => line.replace(/=.*/, "=…")) : lines;
    const mark = secret ? " (root alone reads it; values are not shown)" : "";
    return [
      ...title(`${path}${mark}`, style),
      ...shown.map((line) => `  ${escapeUnprintable(line)}`.trimEnd()),
    ];
  });
}

/** A here-document is shown once, above: of it only its head. */
function commandLines({ commands }: CutoverStep): readonly string[] {
  const lines: string[] = [];
  let inDocument = false;
  for (const line of commands.flatMap((command) => command.split("\n"))) {
    if (!inDocument) lines.push(line);
    if (line.endsWith("<<'EOF'")) inDocument = true;
    else if (line === "EOF") inDocument = false;
  }
  return lines.map((line) => line.replace(/ <<'EOF'$/, "  # as above"));
}

function stepLines(
  step: CutoverStep,
  index: number,
  { width, colours }: CutoverPlanStyle,
): string[] {
  const back = step.undo === null ? [] : paragraph("    way back: ", step.undo, width);
  return [
    "",
    colours.bold(`${String(index + 1).padStart(2)}  ${step.step}`),
    ...paragraph("    ", step.text, width),
    // commands are to be pasted: never broken
    ...commandLines(step).map((line) => `      ${escapeUnprintable(line)}`),
    ...[...paragraph("    checked:  ", step.check, width), ...back].map(colours.dim),
  ];
}

function commandLine({ typed, colours }: CutoverPlanStyle): string {
  return colours.bold(
    `  onemaster cutover apply --yes${typed.map((word) => ` ${shellWord(word)}`).join("")}`,
  );
}

function endLines(plan: CutoverPlan, style: CutoverPlanStyle): string[] {
  const { target } = plan;
  if (target === null) return [];
  const kept = `${target.backup} keeps what is put away, and the record of every step: onemaster cutover rollback --yes brings the init script back at any later time`;
  return [
    ...title("what is kept for the way back", style),
    ...paragraph("  ", kept, style.width),
    ...(isReady(plan) ? [...title("to carry it out", style), commandLine(style)] : []),
  ];
}

/**
 * A plan for people, with a line end: what is so today, what the native unit is made from and
 * where that was found, what stands against it, the unit itself, every step with the commands a
 * person could run instead. Pure.
 */
export function cutoverPlanText(plan: CutoverPlan, style: CutoverPlanStyle): string {
  const { target, values, notes, steps } = plan;
  const [first] = plan.refusals;
  if (isAlreadyNative(plan) && first !== undefined) {
    return `${paragraph("nothing to do: ", first.why, style.width).join("\n")}\n`;
  }
  const lines = [
    ...headLines(plan, style),
    ...todayLines(plan, style),
    ...againstLines(plan, style),
    ...(values.length === 0
      ? []
      : [...title("what the native unit is made from", style), ...valueLines(plan, style)]),
    ...(notes.length === 0 ? [] : title("what will be otherwise", style)),
    ...notes.flatMap((note) => paragraph("  ! ", note, style.width)),
    ...(target === null ? [] : fileLines(target, style)),
    ...(steps.length === 0 ? [] : title("steps", style)),
    ...steps.flatMap((step, index) => stepLines(step, index, style)),
    ...endLines(plan, style),
  ];
  return `${lines.join("\n")}\n`;
}
