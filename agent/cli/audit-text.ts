import {
  type AuditItem,
  type AuditReport,
  type LinkState,
  type UnitAudit,
  unitLinks,
} from "../model/audit.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { blindTexts } from "./grants.ts";
import type { Colours } from "./status-colours.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled } from "./wrap.ts";

const marks: Readonly<Record<LinkState, string>> = {
  ok: "✓",
  warning: "!",
  bad: "✗",
  unknown: "?",
};
const states = ["bad", "unknown", "warning", "ok"] as const;
const linkWidth = Math.max(...unitLinks.map((link) => link.length));

function paint(state: LinkState, colours: Colours): (text: string) => string {
  switch (state) {
    case "ok":
      return colours.verdict("one-master");
    case "bad":
      return colours.verdict("duplicate");
    case "warning":
    case "unknown":
      return colours.warning;
  }
}

/** `6 bad, 1 unknown, 5 ok` of some links; what there is none of is left out. */
export function countText(items: readonly AuditItem[]): string {
  const counts = states.flatMap((state) => {
    const count = items.filter((item) => item.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counts.join(", ");
}

function itemLines({ link, state, evidence }: AuditItem, { width, colours }: TextStyle): string[] {
  const label = `  ${marks[state]} ${link.padEnd(linkWidth)}  `;
  const lines = labelled(label, escapeUnprintable(evidence), width);
  return state === "ok" ? lines : lines.map(paint(state, colours));
}

/** The links of each fix, in their order; several links may have the same cure. */
function fixesOf(items: readonly AuditItem[]): ReadonlyMap<string, readonly string[]> {
  const fixes = new Map<string, string[]>();
  for (const { link, fix } of items) {
    if (fix !== null) fixes.set(fix, [...(fixes.get(fix) ?? []), link]);
  }
  return fixes;
}

function fixLines([fix, links]: readonly [string, readonly string[]], style: TextStyle): string[] {
  // in the first column: the end of a here-document must stand there
  const lines = fix.split("\n").map(escapeUnprintable);
  const title = labelled("# ", `fix for ${links.join(", ")}:`, style.width);
  return ["", ...title.map(style.colours.bold), ...lines];
}

function unitLines({ unit, sockets, items }: UnitAudit, style: TextStyle): string[] {
  const { colours } = style;
  return [
    `${colours.bold(unit ?? "no unit")}  ${countText(items)}`,
    ...sockets.map((path) => colours.dim(`  ${path}`)),
    "",
    ...items.flatMap((item) => itemLines(item, style)),
    ...[...fixesOf(items)].flatMap((fix) => fixLines(fix, style)),
    "",
  ];
}

/**
 * The audit for people, with a line end: each unit's links with a mark and what was seen,
 * beneath them what to paste, last a line that sums up. Pure.
 */
export function auditText({ units, blind }: AuditReport, style: TextStyle): string {
  const all = units.flatMap(({ items }) => items);
  const names = `${units.length} ${units.length === 1 ? "unit" : "units"}`;
  const notSeen = blindTexts(blind).flatMap((text) => labelled("not seen ", text, style.width));
  return `${[
    ...units.flatMap((unit) => unitLines(unit, style)),
    ...notSeen.map(style.colours.warning),
    `${names}: ${countText(all)}`,
  ].join("\n")}\n`;
}
