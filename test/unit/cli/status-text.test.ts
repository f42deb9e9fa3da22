import { describe, expect, it } from "vitest";
import type { Report } from "../../../agent/model/report.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import { statusText } from "../../../agent/cli/status-text.ts";
import {
  denied,
  duplicate,
  group,
  handover,
  noMaster,
  orphaned,
  path,
  report,
  socket,
  stuck,
  unclear,
  unreachable,
} from "./reports.ts";

const plain = { width: 80, colours: coloursFor(false) };
const longPath = `/srv/${"deep/".repeat(18)}app.sock`;
const hostile = socket({
  path: longPath,
  groups: [
    group("predecessor", 4_194_300, {
      master: {
        pid: 4_194_300,
        startTicks: 1,
        startedAt: "2026-01-01T00:00:00.000Z",
        user: "a-very-long-user-name",
        unit: null,
        command: `gunicorn: master [${"x".repeat(100)}]\u001B[31m`,
      },
      workers: Array.from({ length: 12 }, (_, index) => ({
        pid: 4_000_000 + index,
        startTicks: index,
      })),
      others: [
        { pid: 7, command: "git\u001B[2J" },
        { pid: 8, command: "git" },
      ],
    }),
    group("stale", 1_000_000),
  ],
});

const cases: [name: string, what: Report][] = [
  ["one-master", report([socket()])],
  ["duplicate", report([duplicate])],
  ["unreachable", report([unreachable])],
  ["orphaned-workers", report([orphaned])],
  ["no-master", report([noMaster])],
  ["handover", report([handover])],
  ["handover-stuck", report([stuck])],
  ["unknown", report([unclear], { blind: denied })],
  ["nothing-listens", report([])],
  ["nothing-seen", report([], { verdict: "unknown", blind: denied })],
  ["worst-first", report([socket(), duplicate], { verdict: "duplicate" })],
  ["long-and-hostile", report([hostile], { verdict: "one-master" })],
  [
    "owner-by-start-time",
    report([socket({ ...duplicate, evidence: "start-time" })], {
      host: { name: "vm", memoryTotalBytes: null, memoryAvailableBytes: null },
    }),
  ],
];

describe("statusText", () => {
  it.each(cases)("shows %s", async (name, what) => {
    await expect(statusText(what, plain)).toMatchFileSnapshot(`./status/${name}.txt`);
  });

  it.each(cases)("keeps %s within 80 columns, but for paths, which stay whole", (_, what) => {
    const long = statusText(what, plain)
      .split("\n")
      .filter((line) => Array.from(line).length > 80 && !line.includes(longPath));
    expect(long).toEqual([]);
  });

  it.each(cases)("writes no control character for %s without colour", (_, what) => {
    // oxlint-disable-next-line no-control-regex -- those are what is looked for
    expect(statusText(what, plain)).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
  });

  it.each([
    ["red", 31, unreachable],
    ["red", 31, duplicate],
    ["red", 31, noMaster],
    ["yellow", 33, orphaned],
    ["yellow", 33, unclear],
    ["yellow", 33, handover],
    ["green", 32, socket()],
  ] as const)("paints in %s (%d) the verdict of $2.verdict", (_, code, what) => {
    const text = statusText(report([what]), { width: 80, colours: coloursFor(true) });
    expect(text.split("\n")[0]).toBe(
      `\u001B[1m\u001B[${code}m${what.verdict.toUpperCase()}\u001B[39m\u001B[22m  \u001B[1m${path}\u001B[22m`,
    );
  });

  it("paints the same text that it writes without colour", () => {
    const painted = statusText(report([duplicate]), { width: 80, colours: coloursFor(true) });
    // oxlint-disable-next-line no-control-regex -- the colours are taken off
    const stripped = painted.replaceAll(/\u001B\[\d+m/g, "").replaceAll(/ +$/gm, "");
    expect(stripped).toBe(statusText(report([duplicate]), plain));
  });
});
