import { describe, expect, it } from "vitest";
import {
  cutoverEndText,
  cutoverStepLine,
  rollbackPlanText,
} from "../../../agent/cli/cutover-record-text.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import { cutover, doneCutover } from "../history/cutovers.ts";

const style = { width: 80, colours: coloursFor(false) };

describe("what is told of a cutover", () => {
  it("a step that is over, with how long it took", () => {
    const at = "2026-11-23T00:39:56.188Z";
    const long = `${"x".repeat(40)} ${"y".repeat(40)}`;
    const lines = [
      { step: "set-aside", result: "done", tookMs: 161, text: "5 processes serve on" },
      { step: "ownership", result: "skipped", tookMs: 0, text: "all files are its own" },
      { step: "start", result: "failed", tookMs: 1_200, text: long },
    ] as const;
    expect(lines.map((line) => cutoverStepLine({ at, ...line }, style)).join("")).toBe(
      [
        "  ✓ set-aside    161ms  5 processes serve on",
        "  - ownership       0s  all files are its own",
        `  ✗ start           1s  ${"x".repeat(40)}`,
        `                        ${"y".repeat(40)}`,
        "",
      ].join("\n"),
    );
  });

  it("its end, what requests met, and what comes next", () => {
    expect(cutoverEndText(doneCutover, style)).toBe(
      [
        "done: master 1097 owns /run/app/app.sock, has 4 workers and answers",
        "  asked at the socket: 1058 requests, 0 failed",
        "  asked through nginx: 1057 requests, 2 failed (2 × answered 502), down for 10ms, the slowest answer took 9s",
        "  proof: onemaster cutover verify --unit platform.service",
        "  way back: onemaster cutover rollback --unit platform.service --yes",
        "",
      ].join("\n"),
    );
  });

  it.each([
    ["undone", "put back: why"],
    ["rolled-back", "rolled back: why"],
    ["failed", "failed: why"],
  ] as const)("%s as such", (outcome, first) => {
    const record = { ...doneCutover, outcome, ending: "why\u001B[2J", measured: null };
    const [line, ...more] = cutoverEndText(record, style).split("\n");
    expect(line).toBe(`${first}\\x1b[2J`);
    expect(more.join("\n").includes("rollback --unit")).toBe(outcome === "failed");
  });

  it("what a rollback would do", () => {
    expect(rollbackPlanText(cutover(), undefined, style)).toBe(
      [
        "cutover of platform.service, begun 2026-11-23T00:39:55.982Z, not finished",
        "  - puts /etc/init.d/platform and 1 link back from",
        "    /var/lib/onemaster-cutover/platform.service.backup",
        "  - stops platform.service; requests fail from here on until the last step",
        "  - removes /etc/systemd/system/platform.service",
        "  - starts platform.service by its init script, and waits until it answers",
        "carry it out: onemaster cutover rollback --unit platform.service --yes",
        "",
      ].join("\n"),
    );
  });

  it("why a rollback would do nothing now", () => {
    const against = "master 68 in no unit listens at /srv/app/app.sock as well; end it first";
    expect(rollbackPlanText(cutover(), against, style)).toContain(
      [
        "it is not carried out now: master 68 in no unit listens at /srv/app/app.sock as",
        "                           well; end it first",
        "carry it out: ",
      ].join("\n"),
    );
  });
});
