import type { Occurrence, OccurrenceMaster } from "../model/occurrence.ts";
import { utcText } from "./status-socket.ts";
import { textWidth } from "./wrap.ts";

/** Below this a bar says nothing. */
const narrowest = 24;
/** More masters than this are not drawn. */
const mostBars = 8;

/** One stretch of the picture: it has as many columns however long it was. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of ten parts of the width. */
  readonly parts: number;
}

/** How a master is drawn in one column. */
type State = "absent" | "alone" | "beside" | "perhaps";

const marks = { absent: " ", alone: "─", beside: "█", perhaps: "·" } as const;

/**
 * The masters of an occurrence as bars along time: what was before, the time of both, and what
 * came after, each compressed to the same width whatever its length. Empty where there are no
 * two masters to draw or no room for them. Lines are at most `width` characters.
 */
export function pictureOf(one: Occurrence, width: number): readonly string[] {
  const { second } = one;
  if (second === null || one.first.length === 0) return [];
  const masters = [...one.first.slice(0, mostBars), second];
  const labels = masters.map(({ pid }) => `${pid}`);
  const labelWidth = Math.max(...labels.map(textWidth)) + 2;
  const columns = width - labelWidth;
  if (columns < narrowest) return [];
  const moments = momentsOf(columns, stretchesOf(one, second));
  const states = masters.map((master) => moments.map((ms) => stateAt(master, ms)));
  const bars = states.map((row) =>
    row
      .map((state, column) => {
        const together = states.filter((other) => other[column] === "alone").length > 1;
        return marks[state === "alone" && together ? "beside" : state];
      })
      .join(""),
  );
  const began = Math.round((columns * beforeParts) / wholeParts);
  const hidden = one.first.length - mostBars;
  return [
    `${" ".repeat(labelWidth + began)}${timeText(one.beganAt, columns - began)}`.trimEnd(),
    ...bars.map((bar, row) => `${labels[row]?.padEnd(labelWidth)}${bar}`.trimEnd()),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
  ];
}

function timeText(iso: string, room: number): string {
  const text = `╷${utcText(iso)}`;
  return textWidth(text) <= room ? text : "╷";
}

const beforeParts = 2;
const wholeParts = 10;
/** Shown where nothing is known of what was before or after. */
const marginMs = 60_000;

function stretchesOf(one: Occurrence, second: OccurrenceMaster): readonly Stretch[] {
  const beganMs = Date.parse(one.beganAt);
  const starts = one.first.map(bornMs).filter((ms) => ms < beganMs);
  const fromMs = starts.length === 0 ? beganMs - marginMs : Math.min(...starts);
  const ends = [...one.first, second].flatMap(({ lastSeenAt, goneBy }) => [
    Date.parse(lastSeenAt),
    ...(goneBy === null ? [] : [Date.parse(goneBy)]),
  ]);
  const firstEnds = one.first.map((master) => Date.parse(master.goneBy ?? master.lastSeenAt));
  const besideMs = Math.max(beganMs + 1_000, ...firstEnds);
  const toMs = Math.max(besideMs + marginMs, ...ends);
  return [
    { fromMs, toMs: beganMs, parts: beforeParts },
    { fromMs: beganMs, toMs: besideMs, parts: 6 },
    { fromMs: besideMs, toMs, parts: 2 },
  ];
}

function momentsOf(columns: number, stretches: readonly Stretch[]): readonly number[] {
  let parts = 0;
  return stretches.flatMap((stretch) => {
    const from = Math.round((columns * parts) / wholeParts);
    parts += stretch.parts;
    const size = Math.round((columns * parts) / wholeParts) - from;
    const step = (stretch.toMs - stretch.fromMs) / size;
    // the middle of each column
    return Array.from({ length: size }, (_, at) => stretch.fromMs + (at + 0.5) * step);
  });
}

function bornMs({ listeningAt, startedAt, lastSeenAt }: OccurrenceMaster): number {
  return Date.parse(listeningAt ?? startedAt ?? lastSeenAt);
}

function stateAt(master: OccurrenceMaster, ms: number): State {
  if (ms < bornMs(master)) return "absent";
  if (master.ending === "still-there" || ms <= Date.parse(master.lastSeenAt)) return "alone";
  return master.goneBy === null || ms < Date.parse(master.goneBy) ? "perhaps" : "absent";
}
