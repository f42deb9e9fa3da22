import type { SoundCheck, Soundness, SoundState, UnitSoundness } from "../model/sound.ts";
import { soundNames } from "../model/sound.ts";
import { unitLinks } from "../model/audit.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { Colours } from "./status-colours.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled } from "./wrap.ts";

const marks: Readonly<Record<SoundState, string>> = { ok: "✓", note: "!", not: "✗", unknown: "?" };
const nameWidth = Math.max(...[...unitLinks, ...soundNames].map((name) => name.length));

/** How `drill` and `cutover verify` end. */
export const soundExits: Readonly<Record<Soundness, number>> = {
  sound: 0,
  "not-sound": 1,
  unknown: 3,
};

/** The soundness in words. */
export const soundWords: Readonly<Record<Soundness, string>> = {
  sound: "sound",
  "not-sound": "not sound",
  unknown: "could not tell",
};

/** Paints a text as its soundness deserves. */
export function paintSound(sound: Soundness, colours: Colours): (text: string) => string {
  switch (sound) {
    case "sound":
      return colours.verdict("one-master");
    case "not-sound":
      return colours.verdict("duplicate");
    case "unknown":
      return colours.warning;
  }
}

function paint(state: SoundState, colours: Colours): (text: string) => string {
  switch (state) {
    case "ok":
      return (text) => text;
    case "not":
      return colours.verdict("duplicate");
    case "note":
    case "unknown":
      return colours.warning;
  }
}

/** One check with its mark. */
export function checkLines(
  { check, state, evidence }: SoundCheck,
  { width, colours }: TextStyle,
): readonly string[] {
  const label = `  ${marks[state]} ${check.padEnd(nameWidth)}  `;
  return labelled(label, escapeUnprintable(evidence), width).map(paint(state, colours));
}

/** What to paste for those that are not as they should be; several may have the same cure. */
export function fixLines(
  checks: readonly SoundCheck[],
  { width, colours }: TextStyle,
): readonly string[] {
  const fixes = new Map<string, string[]>();
  for (const { check, fix } of checks) {
    if (fix !== null) fixes.set(fix, [...(fixes.get(fix) ?? []), check]);
  }
  return [...fixes].flatMap(([fix, names]) => [
    "",
    ...labelled("# ", `fix for ${names.join(", ")}:`, width).map(colours.bold),
    // in the first column: the end of a here-document must stand there
    ...fix.split("\n").map(escapeUnprintable),
  ]);
}

function unitLines(
  { unit, sockets, soundness, checks }: UnitSoundness,
  style: TextStyle,
): readonly string[] {
  const { colours } = style;
  const count = checks.filter(({ state }) => state === "ok").length;
  const title = paintSound(soundness, colours)(soundWords[soundness]);
  return [
    `${colours.bold(unit ?? "no unit")}  ${title}: ${count} of ${checks.length} checks hold`,
    ...sockets.map((path) => colours.dim(`  ${escapeUnprintable(path)}`)),
    "",
    ...checks.flatMap((check) => checkLines(check, style)),
    ...fixLines(checks, style),
  ];
}

/** Units with their checks, for people, with a line end: one screen where all is sound. */
export function soundText(units: readonly UnitSoundness[], style: TextStyle): string {
  return `${units.map((unit) => unitLines(unit, style).join("\n")).join("\n\n")}\n`;
}
