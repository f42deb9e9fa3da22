import { describe, expect, it } from "vitest";
import { soundUnits } from "../../../agent/detect/sound.ts";
import { soundness } from "../../../agent/model/sound.ts";
import { group, report } from "../cli/reports.ts";
import { head, unitSocket, wrapped } from "./audit-build.ts";
import { checksOf } from "./sound-build.ts";

describe("a unit as a whole", () => {
  it("is sound where every check holds", () => {
    const { checks, sound } = checksOf({});
    expect(checks.filter(({ state }) => state !== "ok")).toEqual([]);
    expect(sound).toBe("sound");
  });

  it("is not sound as an init script in disguise", () => {
    expect(checksOf({ properties: wrapped }).sound).toBe("not-sound");
  });

  it.each([
    [["ok", "note"], "sound"],
    [["ok", "unknown"], "unknown"],
    [["unknown", "not"], "not-sound"],
    [[], "unknown"],
  ] as const)("of %j is %s", (states, sound) => {
    const checks = states.map(
      (state) => ({ check: "type", state, evidence: "", fix: null }) as const,
    );
    expect(soundness(checks)).toBe(sound);
  });

  it("that is in no service is not sound, with the checks of its socket alone", () => {
    const socket = unitSocket({
      unit: null,
      groups: [group("serving", 68, { master: { ...master(), unit: null } })],
    });
    const units = soundUnits(
      {
        report: report([socket]),
        seen: {
          units: [],
          heads: [head(68, { unit: undefined, cgroup: "/" })],
          pidfiles: [],
        },
        expectations: [],
        answers: new Map(),
        processesBefore: undefined,
      },
      undefined,
    );
    expect(units.map((one) => [one.unit, one.soundness])).toEqual([[null, "not-sound"]]);
  });
});

function master() {
  const { master: found } = group("serving", 68);
  if (found === null) throw new Error("a serving group has a master");
  return found;
}
