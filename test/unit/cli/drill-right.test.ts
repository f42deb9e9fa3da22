import { describe, expect, it } from "vitest";
import { wrapped } from "../detect/audit-build.ts";
import { drilled, lookOf, sound, type Way } from "./drilled.ts";
import { path } from "./reports.ts";

describe("the right to drill", () => {
  it("has the right to act from before its look until after its last step", async () => {
    const ran = await drilled(sound, { yes: true });
    const begun = "begun in /var/lib/onemaster";
    expect(ran.rights).toEqual([begun, `folders of ${path}`, "released after start"]);
    expect((await drilled(sound)).rights).toEqual([]);
    const unsound = await drilled([lookOf(68, wrapped)], { yes: true });
    expect(unsound.rights).toEqual([begun, "released after nothing"]);
  });

  it.each<[string, Way, readonly string[]]>([
    ["the host", { held: "another onemaster is at it" }, []],
    ["the socket", { folderHeld: "another onemaster is at it" }, ["released after nothing"]],
  ])("does nothing while somebody else acts on %s", async (_, way, released) => {
    const ran = await drilled(sound, { yes: true }, way);
    expect(ran).toMatchObject({ exitCode: 3, calls: [], stdout: "" });
    expect(ran.stderr).toBe("onemaster: nothing was done: another onemaster is at it\n");
    expect(ran.rights.filter((one) => one.startsWith("released"))).toEqual(released);
  });

  it.each([
    ["in a restart", 2, ["reset-failed", "restart"]],
    [
      "while the unit is stopped",
      5,
      ["reset-failed", "restart", "reset-failed", "restart", "stop", "reset-failed"],
    ],
  ])("leaves the unit started where a signal comes %s", async (_, toldAfter, first) => {
    const ran = await drilled(sound, { yes: true }, { toldAfter });
    const last = first.includes("stop") ? ["start"] : [];
    expect(ran.calls).toEqual([...first, ...last]);
  });
});
