import { describe, expect, it } from "vitest";
import { run } from "./fake-surroundings.ts";
import { denied, duplicate, group, report, socket, unreachable } from "./reports.ts";

describe("status", () => {
  it("exits 0 whatever it saw, and prints the report as JSON", async () => {
    const saw = report([unreachable], { blind: denied });
    const ran = await run(["status", "--json"], { reports: [saw] });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toBe(`${JSON.stringify(saw, undefined, 2)}\n`);
  });

  it.each<[coloured: boolean, when: string, typed: string[], terminal: boolean, plain: boolean]>([
    [true, "on a terminal", ["status"], true, false],
    [false, "in a pipe", ["status"], false, false],
    [false, "with --no-color", ["status", "--no-color"], true, false],
    [false, "with NO_COLOR", ["status"], true, true],
  ])("colour is %j %s", async (coloured, _, typed, terminal, plainText) => {
    const { stdout } = await run(typed, { reports: [report([duplicate])], terminal, plainText });
    expect(stdout.includes("\u001B[31m")).toBe(coloured);
    expect(stdout.includes("\u001B")).toBe(coloured);
  });

  it("watches on a terminal by drawing the screen again", async () => {
    const ran = await run(["status", "--watch"], {
      reports: [report([socket()]), report([socket()])],
      terminal: true,
    });
    expect(ran).toMatchObject({ exitCode: 0, slept: [2_000, 2_000] });
    expect(ran.stdout.split("\u001B[H\u001B[2J")).toHaveLength(3);
  });

  it("watches in a pipe by printing what has changed, not memory and time", async () => {
    const fine = report([socket()]);
    const later = report([socket({ groups: [group("serving", 68, { memory: null })] })], {
      takenAt: "2026-11-22T13:25:09.123Z",
    });
    const ran = await run(["status", "--watch", "5s"], {
      reports: [fine, later, report([duplicate]), report([duplicate]), fine],
    });
    expect(ran).toMatchObject({ exitCode: 0, slept: [5_000, 5_000, 5_000, 5_000, 5_000] });
    expect(ran.stdout.match(/^(?:ONE-MASTER|DUPLICATE)/gm)).toEqual([
      "ONE-MASTER",
      "DUPLICATE",
      "ONE-MASTER",
    ]);
  });

  it("watches as JSON with one line a change, on a terminal too", async () => {
    const changes = [report([socket()]), report([duplicate])];
    const ran = await run(["status", "--json", "--watch", "1s"], {
      reports: changes,
      terminal: true,
    });
    expect(ran.stdout).toBe(changes.map((change) => `${JSON.stringify(change)}\n`).join(""));
  });
});
