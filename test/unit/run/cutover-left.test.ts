import { expect, it } from "vitest";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { leftFor } from "../../../agent/run/cutover-left.ts";
import { cutover, doneCutover } from "../history/cutovers.ts";

function leftOf(name: string, change: Partial<CutoverRecord> = {}): CutoverRecord {
  const { target } = cutover();
  return cutover({
    unit: `${name}.service`,
    target: {
      ...target,
      old: { ...target.old, unit: `${name}.service` },
      service: { ...target.service, name: `${name}-new.service` },
      socket: { ...target.socket, path: `/run/${name}.sock` },
    },
    ...change,
  });
}

const asked = { unit: undefined, socket: undefined };
const over = { ...doneCutover, outcome: "failed", undoing: null } as const;
const half = { ...over, undoing: "surprise" } as const;

it.each<[string, readonly CutoverRecord[], Partial<typeof asked> | object, string | undefined]>([
  ["nothing where none was left", [doneCutover, over], {}, undefined],
  ["the only one", [leftOf("a")], {}, "a.service"],
  ["one that could not all be put back", [half], {}, "platform.service"],
  ["the one that is asked for", [leftOf("a"), leftOf("b")], { unit: "b.service" }, "b.service"],
  ["one by its new name", [leftOf("a"), leftOf("b")], { unit: "b-new.service" }, "b.service"],
  ["one by its socket", [leftOf("a"), leftOf("b")], { socket: "/run/b.sock" }, "b.service"],
])("takes up %s", (_, records, flags, expected) => {
  const left = leftFor(records, { ...asked, ...flags });
  expect(left !== undefined && "unit" in left ? left.unit : left).toBe(expected);
});

it.each<[string, readonly CutoverRecord[], object, string]>([
  ["another service", [leftOf("a")], { unit: "nginx.service" }, "a cutover of a.service was left"],
  ["another socket", [leftOf("a")], { socket: "/run/c.sock" }, "--unit a.service --yes"],
  ["nothing, of several", [leftOf("a"), leftOf("b")], {}, "of a.service, and one of b.service"],
])("takes nothing up where it is asked for %s", (_, records, flags, says) => {
  expect(leftFor(records, { ...asked, ...flags })).toEqual({
    why: expect.stringContaining(says),
  });
});
