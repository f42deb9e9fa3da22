import { describe, expect, it } from "vitest";
import { unitOnly } from "../../../agent/detect/unit-report.ts";
import type { Report } from "../../../agent/model/report.ts";
import { detect } from "../../../agent/detect/detect.ts";
import {
  crew,
  emptyPlace,
  key,
  listener,
  memoryOf,
  ownedBy,
  path,
  place,
  see,
  snapshot,
} from "./build.ts";

const second = { key: "2049:8/b.sock", path: "/srv/b/b.sock" };

describe("detect", () => {
  it("reports the incident whole: a stale group beside the one that serves", () => {
    const unit = "platform.service";
    const saw = snapshot({
      processes: [...crew(10, [11], { holds: [90], unit }), ...crew(20, [21], { unit })],
      listeners: [listener(90), listener(100)],
      memory: [10, 11, 20, 21].map((pid) => ({ pid, memory: memoryOf(pid) })),
      pidfiles: [{ path: "/srv/app/p.pid", place: key, pid: 20, problem: undefined, alive: true }],
      unitLimits: [{ unit, memoryMaxBytes: 1_000 }],
      blind: [{ what: "watch", reason: "ENOSPC" }],
    });
    expect(detect(saw, { budgetBytes: undefined })).toEqual({
      schema: 1,
      takenAt: "2026-11-22T13:00:00.000Z",
      host: { name: "vm", memoryTotalBytes: 2_000_000, memoryAvailableBytes: 1_000_000 },
      verdict: "duplicate",
      blind: [{ what: "watch", reason: "ENOSPC" }],
      sockets: [
        {
          path,
          boundAs: "app.sock",
          file: { device: 2049, inode: 1000, mode: "0770", owner: "www-data", group: "web" },
          verdict: "duplicate",
          confirmed: false,
          evidence: "bound-file",
          masters: 2,
          findings: [
            {
              kind: "duplicate",
              since: "2026-11-22T12:00:20.000Z",
              message:
                "master 10 with 1 worker is stale: it listens, but the path belongs to master 20",
            },
          ],
          groups: [
            {
              role: "serving",
              listener: { inode: 100, fileInode: 1000 },
              master: {
                pid: 20,
                startTicks: 2000,
                startedAt: "2026-11-22T12:00:20.000Z",
                user: "www-data",
                unit,
                command: "gunicorn 20",
              },
              workers: [{ pid: 21, startTicks: 2100 }],
              others: [],
              memory: memoryOf(41),
            },
            {
              role: "stale",
              listener: { inode: 90, fileInode: 900 },
              master: {
                pid: 10,
                startTicks: 1000,
                startedAt: "2026-11-22T12:00:10.000Z",
                user: "www-data",
                unit,
                command: "gunicorn 10",
              },
              workers: [{ pid: 11, startTicks: 1100 }],
              others: [],
              memory: memoryOf(21),
            },
          ],
          orphanMemory: {
            rssBytes: 105,
            reclaimableBytes: 21,
            budgetBytes: 1_000,
            budgetRatio: 0.021,
          },
          unit: unitOnly(unit),
          pidfile: { path: "/srv/app/p.pid", pid: 20, names: "serving" },
        },
      ],
    } satisfies Report);
  });

  it("reports a host without any gunicorn", () => {
    const saw = snapshot({ listeners: [], places: [], host: { name: "vm", memory: undefined } });
    expect(see(saw)).toEqual({
      schema: 1,
      takenAt: "2026-11-22T13:00:00.000Z",
      host: { name: "vm", memoryTotalBytes: null, memoryAvailableBytes: null },
      verdict: "no-master",
      blind: [],
      sockets: [],
    });
  });

  it.each([
    ["both sound", [place(), ownedBy(200, second)], "one-master", ["one-master", "one-master"]],
    [
      "the first lost",
      [emptyPlace(), ownedBy(200, second)],
      "unreachable",
      ["unreachable", "one-master"],
    ],
  ])("gives every socket its own verdict: %s", (_, places, verdict, each) => {
    const saw = snapshot({
      processes: [...crew(10, [11]), ...crew(20, [21], { holds: [200] })],
      listeners: [listener(100), listener(200, { place: second.key })],
      places: places.toReversed(),
    });
    const report = see(saw);
    expect(report.verdict).toBe(verdict);
    expect(report.sockets.map((socket) => [socket.path, socket.verdict])).toEqual([
      [path, each[0]],
      [second.path, each[1]],
    ]);
  });

  it("tells apart equal names in two directories", () => {
    const saw = snapshot({
      processes: [...crew(10, [11]), ...crew(20, [21], { holds: [200] })],
      listeners: [listener(100), listener(200, { place: second.key })],
      places: [place(), emptyPlace(second)],
    });
    expect(see(saw).sockets.map((socket) => [socket.path, socket.boundAs, socket.verdict])).toEqual(
      [
        [path, "app.sock", "one-master"],
        [second.path, "app.sock", "unreachable"],
      ],
    );
    expect(see(saw).verdict).toBe("unreachable");
  });

  it("sees one master at each of its sockets", () => {
    const saw = snapshot({
      processes: crew(10, [11], { holds: [100, 200] }),
      listeners: [listener(100), listener(200, { place: second.key })],
      places: [place(), emptyPlace(second)],
    });
    expect(see(saw).sockets.map(({ groups }) => groups.map(({ role }) => role))).toEqual([
      ["serving"],
      ["stranded"],
    ]);
  });
});
