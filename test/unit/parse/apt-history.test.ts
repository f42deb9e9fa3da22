import { describe, expect, it } from "vitest";
import { parseAptHistory } from "../../../agent/parse/apt-history.ts";
import { fixtureText } from "./fixture.ts";

const anHourEast = (wallMs: number): number => wallMs - 3_600_000;

describe("parseAptHistory", () => {
  it("reads runs by nobody and by somebody", () => {
    const { runs, malformed } = parseAptHistory(
      fixtureText("apt-history/two-runs.txt"),
      anHourEast,
    );
    expect(malformed).toBe(0);
    expect(runs).toEqual([
      {
        beganMs: Date.parse("2026-11-10T05:17:33Z"),
        endedMs: Date.parse("2026-11-10T05:17:48Z"),
        command: "/usr/bin/unattended-upgrade",
        requestedBy: undefined,
      },
      {
        beganMs: Date.parse("2026-11-12T13:02:11Z"),
        endedMs: Date.parse("2026-11-12T13:02:40Z"),
        command: "apt-get install gunicorn",
        requestedBy: "alice (1000)",
      },
    ]);
  });

  it.each<[string, string, number | undefined]>([
    [
      "that was cut short",
      "Start-Date: 2026-11-10  06:00:00\nCommandline: apt upgrade\n",
      undefined,
    ],
    [
      "whose end cannot be read",
      "Start-Date: 2026-11-10  06:00:00\nCommandline: apt upgrade\nEnd-Date: soon\n",
      undefined,
    ],
  ])("has no end of a run %s", (_, text, endedMs) => {
    expect(parseAptHistory(text, anHourEast).runs).toEqual([
      {
        beganMs: Date.parse("2026-11-10T05:00:00Z"),
        endedMs,
        command: "apt upgrade",
        requestedBy: undefined,
      },
    ]);
  });

  it("counts what has no start, and passes over lines that are no fields", () => {
    const text = "Commandline: apt\n\nnonsense\n\n\nStart-Date: 2026-11-10  06:00:00\n: x\n\n \n";
    const { runs, malformed } = parseAptHistory(text, anHourEast);
    expect([runs.length, malformed]).toEqual([1, 2]);
  });
});
