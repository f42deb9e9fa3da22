import { describe, expect, it } from "vitest";
import { isOutOfSight } from "../../../agent/detect/gate.ts";
import type { OutOfSight } from "../../../agent/model/gate.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { crew, emptyPlace, listener, master, path, place, unasked, worker } from "./build.ts";
import { gate, saw, seesAll } from "./gate-build.ts";

describe("a listener whose holder is out of sight", () => {
  const atTheFile = saw({ listeners: [listener(100, { place: undefined })] });
  const refused: OutOfSight = { activatedBy: undefined, knock: { kind: "refused" } };

  it.each<[host: string, saw: Snapshot, outOfSight: boolean]>([
    ["at the very file", atTheFile, true],
    [
      "perhaps, since ss cannot be asked",
      saw({ listeners: [listener(100, { binding: unasked })] }),
      true,
    ],
    ["nobody at the file", saw({ listeners: [] }), false],
    ["no file at all", saw({ listeners: [], places: [emptyPlace()] }), false],
    ["its master is in sight", saw({ processes: crew(10, [11]) }), false],
    [
      "its master is in sight, and ss cannot be asked",
      saw({ processes: crew(10, []), listeners: [listener(100, { binding: unasked })] }),
      false,
    ],
    ["the path was not looked at", saw({ places: [] }), false],
  ])("%s: asked about, or not", (_, seen, outOfSight) => {
    expect(isOutOfSight(seen)).toBe(outOfSight);
  });

  it.each<[what: string, outOfSight: OutOfSight | undefined, says: string]>([
    [
      "a connection is taken",
      { activatedBy: undefined, knock: { kind: "answered" } },
      "refuse: somebody listens at this very file, out of sight of the gate's user: a start would " +
        `take the path away from it | onemaster status --socket ${path}, as root, says who it is`,
    ],
    [
      "it must not connect",
      { activatedBy: undefined, knock: { kind: "unheard", why: "EACCES" } },
      `unsure: could not be told: whether somebody listens at the file (EACCES) | ${seesAll}`,
    ],
    ["the row was forged", refused, "pass: a socket file is left, and nothing listens at it"],
    ["nothing was asked", undefined, "pass: a socket file is left, and nothing listens at it"],
    [
      "the unit's socket unit listens",
      { activatedBy: "app.socket", knock: undefined },
      "pass: app.socket listens for the service, and nobody else does",
    ],
  ])("%s", (_, outOfSight, says) => {
    expect(gate(atTheFile, {}, outOfSight)).toBe(says);
  });

  it.each<[what: string, unit: string | undefined, of: string, says: string]>([
    [
      "of this unit passes",
      "app.service",
      "onemaster-before-app.scope",
      "pass: a cutover has set ",
    ],
    ["of another unit does not", "app.service", "onemaster-before-web.scope", "refuse: somebody "],
    ["is none outside of units", undefined, "onemaster-before-app.scope", "refuse: somebody "],
  ])("root's master that a cutover %s", (_, unit, of, says) => {
    const seen = saw({
      listeners: [listener(100, { place: undefined })],
      processes: [master(10, { holds: "denied", unit: of })],
    });
    const answered: OutOfSight = { activatedBy: undefined, knock: { kind: "answered" } };
    expect(gate(seen, { unit }, answered)).toContain(says);
  });

  it("what else an init script started and a cutover left aside lets nobody pass", () => {
    const helper = worker(12, { of: 1, holds: "denied", unit: "onemaster-before-app.scope" });
    const seen = saw({ listeners: [listener(100, { place: undefined })], processes: [helper] });
    const answered: OutOfSight = { activatedBy: undefined, knock: { kind: "answered" } };
    expect(gate(seen, { unit: "app.service" }, answered)).toContain("refuse: somebody ");
  });

  it("a file without a listener, while other masters are hidden, could not be told", () => {
    const blind = [{ what: "fd-links", pid: 70, reason: "denied" }] as const;
    expect(gate(saw({ listeners: [], blind }))).toBe(
      `unsure: could not be told: which sockets gunicorn 70 holds could not be seen | ${seesAll}`,
    );
  });
});

describe("what could not be seen", () => {
  it.each<[host: string, saw: Snapshot, says: string]>([
    [
      "a master's own sockets",
      saw({
        processes: [master(10, { holds: "denied" }), worker(11, { of: 10 })],
        places: [emptyPlace()],
      }),
      `unsure: could not be told: whether pid 10, 11 listens must not be read | ${seesAll}`,
    ],
    [
      "other processes, beside what is left over",
      saw({
        processes: [worker(11, { of: 1 })],
        places: [emptyPlace()],
        blind: [{ what: "processes", reason: "hidden" }],
      }),
      "unsure: workers 11 are left of a dead master, and no master listens; could not be told: " +
        `processes could not be seen: hidden | ${seesAll}`,
    ],
    [
      "the path",
      saw({
        listeners: [],
        places: [place({ state: { kind: "unreadable", why: "EACCES" } })],
      }),
      `unsure: could not be told: the path cannot be looked at: EACCES | ${seesAll}`,
    ],
    ["anything of it", saw({ places: [] }), "unsure: the path could not be looked at"],
  ])("%s", (_, seen, says) => {
    expect(gate(seen)).toBe(says);
  });
});
