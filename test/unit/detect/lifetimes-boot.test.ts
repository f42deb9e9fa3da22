import { expect, it } from "vitest";
import { at, comes, seenIn } from "./log-story.ts";

it.each([
  ["in the second of its last line: the line came after it", 0.3, "open"],
  ["in the second after that: nothing survived it", 1, "rebooted"],
])("a master whose host booted %s", (_, bootSecond, ending) => {
  const events = [
    { kind: "boot", atMs: at(bootSecond), monotonicMs: 0, bootId: "boot-1", cursor: "c" } as const,
  ];
  expect(seenIn(comes(0, 100), { events }).map((life) => life.ending)).toEqual([ending]);
});
