import { describe, expect, it } from "vitest";
import { remediationsOf } from "../../../agent/detect/incident-remediations.ts";
import type { EndingPlan } from "../../../agent/model/remediation.ts";
import { plan, record } from "../cli/remediations.ts";

const incident = { socket: plan().socket, bootId: "boot-1", subjects: ["7:700", "49:4900"] };
const orphans = { master: null, listenerInode: 25_049 };

describe("an attempt belongs to an incident", () => {
  it.each<[does: boolean, when: string, change: Partial<EndingPlan>, subjects?: readonly string[]]>(
    [
      [true, "when it is about one of its masters", {}],
      [true, "when it is about a master that drains", {}, ["draining 49:4900"]],
      [true, "when it is about its orphans", orphans, ["listener 25049"]],
      [false, "when the pid is another process's", { master: { pid: 49, startTicks: 4_901 } }],
      [false, "when the pid only ends alike", {}, ["149:4900"]],
      [false, "when the orphans are others", orphans, ["listener 125049"]],
      [false, "when the path is what it is about", {}, ["path"]],
      [false, "on another socket", { socket: "/run/other.sock" }],
      [false, "of another boot", { bootId: "boot-2" }],
    ],
  )("%s, %s", (does, _, change, subjects = incident.subjects) => {
    const one = record({ plan: plan(change) });
    expect(remediationsOf({ ...incident, subjects }, [one])).toEqual(does ? [one] : []);
  });

  it("keeps their order", () => {
    const [first, second] = [record({ id: "a" }), record({ id: "b" })];
    const other = record({ plan: plan({ bootId: "boot-2" }) });
    expect(remediationsOf(incident, [first, other, second])).toEqual([first, second]);
  });
});
