import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const script = new URL("../../../scripts/soak.mjs", import.meta.url).pathname;

function soak(...parameters: readonly string[]) {
  return spawnSync(process.execPath, [script, ...parameters], { encoding: "utf8" });
}

describe("npm run soak", () => {
  it.each([
    ["no cycles at all", ["--cycles", "0"], '--cycles: "0" is no whole number from 1 to 1000000'],
    ["half a cycle", ["--cycles", "1.5"], '--cycles: "1.5" is no whole number'],
    ["a negative seed", ["--seed=-1"], '--seed: "-1" is no whole number from 0'],
    ["a release that there is not", ["--releases", "sid"], '--releases: "sid" is none of bookworm'],
    ["a release twice", ["--releases", "trixie,trixie"], '"trixie" is none of'],
    ["an option that there is not", ["--fast"], "Unknown option '--fast'"],
  ])("refuses %s with 64 and says why", (_, parameters, why) => {
    const { status, stdout, stderr } = soak(...parameters);
    expect([status, stdout]).toEqual([64, ""]);
    expect(stderr).toContain(why);
  });

  it("prints its help on stdout", () => {
    const { status, stdout } = soak("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^npm run soak/);
  });
});
