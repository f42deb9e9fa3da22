import { describe, expect, it } from "vitest";
import { pictureOf } from "../../../agent/cli/history-picture.ts";
import type { Occurrence, OccurrenceMaster } from "../../../agent/model/occurrence.ts";

const iso = (minute: number) => new Date(Date.UTC(2026, 10, 22, 18, minute)).toISOString();

interface Span {
  readonly from: number;
  readonly seen: number;
  /** Null: nothing ends it. */
  readonly gone?: number | null;
  readonly runs?: boolean;
}

function master(pid: number, { from, seen, gone = seen, runs = false }: Span): OccurrenceMaster {
  return {
    pid,
    startedAt: iso(from),
    listeningAt: iso(from),
    lastSeenAt: iso(seen),
    goneBy: gone === null ? null : iso(gone),
    ending: runs ? "still-there" : "shutdown",
  };
}

function picture(
  first: readonly OccurrenceMaster[],
  second: OccurrenceMaster | null,
  width = 44,
): readonly string[] {
  const one: Partial<Occurrence> = { first, second, beganAt: second?.listeningAt ?? iso(0) };
  return pictureOf(one as Occurrence, width);
}

describe("the picture of an occurrence", () => {
  it.each<[string, OccurrenceMaster[], OccurrenceMaster, string[]]>([
    [
      "shows who was there alone and when both were",
      [master(7, { from: 0, seen: 30 })],
      master(8, { from: 10, seen: 50 }),
      ["7  ────────█████████████████████████", "8          █████████████████████████────────"],
    ],
    [
      "shows those that still run to its right edge",
      [master(7, { from: 0, seen: 30, gone: null, runs: true })],
      master(8, { from: 10, seen: 30, gone: null, runs: true }),
      [
        "7  ────────█████████████████████████████████",
        "8          █████████████████████████████████",
      ],
    ],
    [
      "shows when nobody knows",
      [master(7, { from: 0, seen: 10, gone: 30 })],
      master(8, { from: 10, seen: 50 }),
      ["7  ────────·························", "8          ─────────────────────────────────"],
    ],
  ])("%s", (_, first, second, bars) => {
    const [time, ...drawn] = picture(first, second);
    expect(time).toBe("           ╷2026-11-22 18:10:00 UTC");
    expect(drawn).toEqual(bars);
  });

  it("is left out where there are no two masters, or no room", () => {
    const one = master(7, { from: 0, seen: 30 });
    expect(picture([one], null)).toEqual([]);
    expect(picture([], one)).toEqual([]);
    expect(picture([one], master(8, { from: 1, seen: 2 }), 20)).toEqual([]);
  });

  it("counts the masters that there is no room for", () => {
    const many = Array.from({ length: 11 }, (_, at) => master(at + 10, { from: at, seen: 50 }));
    const lines = picture(many, master(99, { from: 20, seen: 50 }));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe("and 3 more");
  });

  it("keeps to its width, whatever the times", () => {
    const odd = master(7, { from: 30, seen: 30, gone: 31 });
    for (const line of picture([odd], master(8, { from: 10, seen: 10, gone: null }), 33)) {
      expect(Array.from(line).length).toBeLessThanOrEqual(33);
    }
  });
});
