import { describe, expect, it } from "vitest";
import { outcomeText, recordText, stepLine } from "../../../agent/cli/remediate-record-text.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { orphans, record, step, unfinished } from "./remediations.ts";

const plain = { width: 80, colours: coloursFor(false) };
const MiB = 1_048_576;

const cases: [name: string, what: RemediationRecord][] = [
  ["ended", record()],
  ["unfinished", unfinished],
  [
    "put-back",
    record({
      by: "agent",
      outcome: "put-back",
      ending: "Pid 49 is another process by now; it goes on.",
      rescueLink: null,
      steps: [step("stop-master", "failed", 2, "pid 49 started at tick 5000, not 4900")],
      memory: { predictedBytes: null, usedBeforeBytes: null, usedAfterBytes: null },
    }),
  ],
  [
    "failed",
    record({
      outcome: "failed",
      ending: "Worker 53 is still there after SIGKILL.",
      steps: [step("end-workers", "failed", 65_000, "worker 53 is in state D")],
    }),
  ],
  [
    "dry-run",
    record({
      plan: orphans,
      dryRun: true,
      outcome: "dry-run",
      ending: "Nothing stands against it.",
      steps: [step("end-workers", "would-do", 0, "SIGTERM to 50 51 52 53\u001B[2J")],
      memory: { predictedBytes: 370 * MiB, usedBeforeBytes: 1, usedAfterBytes: 1 },
    }),
  ],
];

describe("recordText", () => {
  it.each(cases)("tells all of one that is %s", async (name, what) => {
    await expect(recordText(what, plain)).toMatchFileSnapshot(`./remediate/record-${name}.txt`);
  });

  it.each([40, 200])("fits a terminal of %d columns", async (width) => {
    const text = recordText(record(), { ...plain, width });
    await expect(text).toMatchFileSnapshot(`./remediate/record-wide-${width}.txt`);
  });

  it.each(
    [40, 80, 200].flatMap((width) => cases.map(([name, what]) => [width, name, what] as const)),
  )("keeps within %d columns what it says of one that is %s", (width, _, what) => {
    const lines = recordText(what, { ...plain, width }).split("\n");
    const prose = lines.filter((line) => !line.includes("/"));
    expect(prose.filter((line) => Array.from(line).length > width)).toEqual([]);
  });

  it.each(cases)("paints the same text of one that is %s", (_, what) => {
    const painted = recordText(what, { ...plain, colours: coloursFor(true) });
    // oxlint-disable-next-line no-control-regex -- the colours are taken off
    expect(painted.replaceAll(/\u001B\[\d+m/g, "")).toBe(recordText(what, plain));
  });

  it.each([
    ["green", 32, record()],
    ["red", 31, record({ outcome: "failed" })],
    ["yellow", 33, record({ outcome: "put-back" })],
    ["yellow", 33, unfinished],
  ] as const)("heads in %s (%d) one whose outcome is $2.outcome", (_, code, what) => {
    const painted = recordText(what, { ...plain, colours: coloursFor(true) });
    expect(painted).toMatch(new RegExp(String.raw`^\u001B\[1m\u001B\[${code}m`));
  });
});

function linkStep(result: "done" | "failed"): Partial<RemediationRecord> {
  return { outcome: "failed", steps: [...record().steps, step("unlink", result, 1, "x")] };
}

describe("outcomeText", () => {
  it.each<[string, Partial<RemediationRecord["memory"]>, string]>([
    ["all of it", {}, "368 MiB less in use on the host, 370 MiB predicted (99 %)"],
    [
      "more than was predicted",
      { usedAfterBytes: 0 },
      "1000 MiB less in use on the host (others came and went meanwhile), 370 MiB predicted",
    ],
    [
      "nothing, as others took it",
      { usedAfterBytes: 1_100 * MiB },
      "100 MiB more in use on the host (others came and went meanwhile), 370 MiB predicted",
    ],
    [
      "just so much that it may be told as a share",
      { usedAfterBytes: 1_000 * MiB - 1.5 * 370 * MiB },
      "555 MiB less in use on the host, 370 MiB predicted (150 %)",
    ],
    [
      "too little to be told as a share",
      { usedAfterBytes: 820 * MiB },
      "180 MiB less in use on the host (others came and went meanwhile), 370 MiB predicted",
    ],
    ["what nobody could measure", { usedAfterBytes: null }, "not measured; 370 MiB predicted"],
    [
      "what nobody could predict",
      { predictedBytes: null },
      "368 MiB less in use on the host, unknown predicted",
    ],
    [
      "what could be neither",
      { predictedBytes: null, usedBeforeBytes: null },
      "not measured; unknown predicted",
    ],
    [
      "nothing, as was predicted",
      { predictedBytes: 0, usedAfterBytes: 1_000 * MiB },
      "0 B less in use on the host, 0 B predicted",
    ],
  ])("says that there came back %s", (_, memory, text) => {
    const what = record({ memory: { ...record().memory, ...memory } });
    expect(outcomeText(what, { ...plain, width: 200 })).toContain(`\n  back    ${text}\n`);
  });

  it("tells no share of one that another finished, however well it would fit", () => {
    const recovered = record({ steps: [step("recover", "done", 10, "x"), ...record().steps] });
    expect(outcomeText(recovered, { ...plain, width: 200 })).toContain(
      "368 MiB less in use on the host (others came and went meanwhile), 370 MiB predicted\n",
    );
  });

  it.each<[string, boolean, Partial<RemediationRecord>]>([
    ["ended", false, {}],
    ["failed before it was removed", true, { outcome: "failed" }],
    ["not over", true, { outcome: null, endedAt: null }],
    ["failed in removing it", true, linkStep("failed")],
    ["failed after it was removed", false, linkStep("done")],
    ["failed without one", false, { outcome: "failed", rescueLink: null }],
  ])("names the second name only where it is left: one that is %s", (_, named, change) => {
    expect(outcomeText(record(change), plain).includes("\n  link ")).toBe(named);
  });

  it("knows no time where the clock was set back meanwhile", () => {
    const text = outcomeText(record({ endedAt: "2026-11-22T13:00:00.000Z" }), plain);
    expect(text).toContain("by a person, in unknown time\n");
  });
});

describe("stepLine", () => {
  it.each([
    [0, "0s"],
    [12, "12ms"],
    [999, "999ms"],
    [1_949, "1.9s"],
    [59_949, "59.9s"],
    [59_950, "1m"],
    [123_000, "2m 3s"],
    [null, "–"],
  ])("writes %s milliseconds as %s", (tookMs, text) => {
    expect(stepLine(step("verify", "done", tookMs, "x"), plain)).toBe(
      `  ✓ verify      ${text.padStart(6)}  x\n`,
    );
  });

  it.each([
    ["yellow", 33, "begun", "begun, not known to be over: x"],
    ["yellow", 33, "skipped", "skipped: x"],
    ["red", 31, "failed", "failed: x"],
  ] as const)("paints in %s (%d) a step that was %s", (_, code, result, text) => {
    const painted = stepLine(step("link", result, 1, "x"), {
      ...plain,
      colours: coloursFor(true),
    });
    expect(painted).toMatch(new RegExp(String.raw`^\u001B\[${code}m.* ${text}\u001B\[39m\n$`));
  });
});
