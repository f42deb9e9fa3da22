import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsOn } from "../../../agent/detect/groups.ts";
import { lineageOf } from "../../../agent/detect/lineage.ts";
import type { Blindness } from "../../../agent/model/blind.ts";
import type { ProcessFacts } from "../../../agent/model/process.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import type { Listener, Snapshot } from "../../../agent/model/snapshot.ts";
import {
  bound,
  crew,
  emptyPlace,
  key,
  listener,
  master,
  other,
  ownedBy,
  path,
  place,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";

const elsewhere = { key: "2049:8/b.sock", path: "/srv/b/b.sock" };
const inodes = [80, 90, 100];

// few pids and few listeners, so that families, rings and shared listeners come about
const pids = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 9 });
const links = fc.oneof(
  { weight: 8, arbitrary: fc.subarray(inodes) },
  { weight: 1, arbitrary: fc.constantFrom("denied" as const, "not-asked" as const) },
);

const processes = pids.chain((all) =>
  fc.tuple(
    ...all.map((pid) =>
      fc
        .record({
          build: fc.constantFrom(master, worker, other),
          of: fc.integer({ min: 0, max: 12 }),
          holds: links,
          startTicks: fc.integer({ min: 0, max: 3 }),
          state: fc.constantFrom("S", "S", "S", "R", "T", "Z"),
          comm: fc.constantFrom("gunicorn", "systemd"),
        })
        .map(({ build, ...traits }) => build(pid, traits)),
    ),
  ),
);

const binding = fc.constantFrom<Listener["binding"]>(
  bound(800),
  bound(900),
  bound(1000),
  { kind: "none" },
  unasked,
);

const listeners = fc
  .subarray(inodes)
  .chain((some) =>
    fc.tuple(
      ...some.map((inode) =>
        fc
          .record({ binding, place: fc.constantFrom(key, key, elsewhere.key, undefined) })
          .map((changes) => listener(inode, changes)),
      ),
    ),
  );

const places = fc
  .tuple(
    fc.constantFrom(
      place(),
      ownedBy(90),
      ownedBy(80),
      emptyPlace(),
      place({ state: { kind: "unreadable", why: "EACCES" } }),
    ),
    fc.constantFrom(undefined, ownedBy(90, elsewhere), emptyPlace(elsewhere)),
  )
  .map(([one, another]) => (another === undefined ? [one] : [one, another]));

const blind = fc.subarray<Blindness>([
  { what: "fd-links", pid: 9, reason: "denied" },
  { what: "listeners", place: key, reason: "EIO" },
  { what: "memory", pid: 9, reason: "denied" },
]);

const configured = fc.subarray([
  { place: key, unit: "a.service" },
  { place: elsewhere.key, unit: undefined },
]);

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({ processes, listeners, places, blind, configured })
  .map(snapshot);

/** Shuffles by random keys, so that fast-check can shrink it. */
function shuffled<T>(items: readonly T[], keys: readonly number[]): T[] {
  return items
    .map((item, index) => ({ item, rank: keys[index % keys.length] ?? 0 }))
    .toSorted((one, another) => one.rank - another.rank)
    .map(({ item }) => item);
}

const shuffle = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });

describe("detect, whatever a snapshot holds", () => {
  it("never throws, and every verdict but one-master has its finding", () => {
    fc.assert(
      fc.property(snapshots, (saw) => {
        for (const { verdict, findings } of see(saw).sockets) {
          expect(findings[0]?.kind ?? "one-master").toBe(verdict);
        }
      }),
    );
  });

  it("gives the same verdicts whatever the order of processes and listeners", () => {
    fc.assert(
      fc.property(snapshots, shuffle, (saw, keys) => {
        const turned = {
          ...saw,
          processes: shuffled(saw.processes, keys),
          listeners: shuffled(saw.listeners, keys.toReversed()),
          places: saw.places.toReversed(),
        };
        expect(see(turned).sockets.map(inShort)).toEqual(see(saw).sockets.map(inShort));
        expect(see(turned).verdict).toBe(see(saw).verdict);
      }),
    );
  });

  it("finds a group for every gunicorn that holds a listener, and one at most to be master or worker of", () => {
    fc.assert(
      fc.property(processes, (all) => {
        const groups = groupsOn(listener(100), lineageOf(all), false);
        const members = groups.flatMap(({ master: head, workers, others }) => [
          ...(head === undefined ? [] : [head]),
          ...workers,
          ...others,
        ]);
        const workersOnly = groups.flatMap(({ workers }) => workers);
        expect(new Set(workersOnly).size).toBe(workersOnly.length);
        const heads = groups.flatMap(({ master: head }) => head ?? []);
        expect(new Set(heads).size).toBe(heads.length);
        expect(new Set(members)).toEqual(new Set([...members, ...all.filter(isLivingHolder)]));
      }),
    );
  });

  it("calls nothing a duplicate with fewer than two masters, unless others own the path", () => {
    fc.assert(
      fc.property(snapshots, (saw) => {
        const odd = see(saw).sockets.filter((socket) => {
          const masters = new Set(socket.groups.flatMap(({ master: head }) => head?.pid ?? []));
          const enough = masters.size >= 2 && socket.masters === masters.size;
          return socket.verdict === "duplicate" && !enough && !ownedByNoMaster(socket, saw);
        });
        expect(odd).toEqual([]);
      }),
    );
  });

  it("finds nothing fine beside a group whose role is unclear", () => {
    fc.assert(
      fc.property(snapshots, (saw) => {
        const fine = see(saw).sockets.filter(
          ({ verdict, groups }) =>
            (verdict === "one-master" || verdict === "handover") &&
            groups.some(({ role }) => role === "unclear"),
        );
        expect(fine).toEqual([]);
      }),
    );
  });

  it("finds nothing fine where nobody is known to own the path", () => {
    fc.assert(
      fc.property(snapshots, (saw) => {
        const fine = see(saw).sockets.filter(
          ({ verdict, evidence, file }) =>
            (verdict === "one-master" || verdict === "handover") &&
            (evidence !== "bound-file" || file === null),
        );
        expect(fine).toEqual([]);
      }),
    );
  });

  it("says the same of a socket when an unrelated one comes beside it", () => {
    const unrelated = [...crew(120, [121], { holds: [300] }), master(130, { holds: [310] })];
    fc.assert(
      fc.property(processes, listeners, (any, some) => {
        // everything descends from pid 1
        const all = any.filter(({ id }) => id.pid !== 1);
        const alone = snapshot({ processes: all, listeners: some });
        const beside = snapshot({
          processes: [...unrelated, ...all],
          listeners: [
            listener(300, { place: elsewhere.key }),
            listener(310, { place: elsewhere.key }),
            ...some,
          ],
          places: [ownedBy(300, elsewhere), place()],
        });
        const there = see(beside).sockets.filter((socket) => socket.path === path);
        expect(there).toEqual(see(alone).sockets.filter((socket) => socket.path === path));
      }),
    );
  });
});

/** All that must not depend on any order. */
function inShort({
  path: at,
  verdict,
  evidence,
  masters,
  findings,
  groups,
}: SocketReport): unknown {
  return {
    at,
    verdict,
    evidence,
    masters,
    findings: findings.map(({ kind }) => kind).toSorted(),
    roles: groups.map(({ role }) => role).toSorted(),
  };
}

function isLivingHolder({ signalRole, state, sockets }: ProcessFacts): boolean {
  const holds = sockets.kind === "read" && sockets.inodes.includes(100);
  return holds && signalRole !== "other" && state !== "Z";
}

/** The path belongs to a listener that no master of the report holds: orphans' or a stranger's. */
function ownedByNoMaster({ file, groups }: SocketReport, { listeners: all }: Snapshot): boolean {
  const owner = all.find(
    (one) => one.binding.kind === "file" && one.binding.file.inode32 === file?.inode,
  );
  const owning = groups.filter((group) => group.listener.inode === owner?.inode);
  return owner !== undefined && owning.every(({ role }) => role === "orphaned");
}
