import { describe, expect, it } from "vitest";
import {
  crew,
  emptyPlace,
  type Gist,
  gistOf,
  key,
  listener,
  ownedBy,
  path,
  see,
  snapshot,
} from "./build.ts";

function served(groups: readonly string[]): Gist {
  return { verdict: "one-master", evidence: "bound-file", masters: 1, groups, findings: [] };
}

describe("a path that nobody named, where a gunicorn served before", () => {
  const elsewhere = { key: "2049:8/b.sock", path: "/srv/b.sock" };

  it("is without a master when nothing is left there, beside what is found", () => {
    const saw = snapshot({
      processes: crew(20, [], { holds: [200] }),
      listeners: [listener(200, { place: elsewhere.key })],
      places: [emptyPlace(), ownedBy(200, elsewhere)],
      expected: [key],
    });
    expect(gistOf(see(saw))).toEqual({
      [path]: {
        verdict: "no-master",
        evidence: "none",
        masters: 0,
        groups: [],
        findings: [`no-master: nothing listens: ${path} does not exist`],
      },
      [elsewhere.path]: served(["serving 20: "]),
    });
  });

  it("is told as ever when a gunicorn is there again", () => {
    const saw = snapshot({ processes: crew(10, [11]), expected: [key] });
    expect(gistOf(see(saw))).toEqual({ [path]: served(["serving 10: 11"]) });
  });
});
