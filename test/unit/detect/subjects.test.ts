import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../../agent/detect/subjects.ts";
import { findingKinds } from "../../../agent/model/verdict.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { crew, listener, master, see, snapshot, worker } from "./build.ts";

const nobody = {
  unreachable: ["path"],
  duplicate: [],
  "orphaned-workers": [],
  unknown: ["path"],
  "no-master": ["path"],
  "handover-stuck": [],
  handover: [],
};
const listeners = [80, 90, 100].map((inode) => listener(inode));

describe("a finding is about", () => {
  it.each<[string, Partial<Snapshot>, object]>([
    [
      "the stale masters, not the one that serves",
      {
        processes: [
          ...crew(10, [11], { holds: [80] }),
          ...crew(20, [21], { holds: [90] }),
          ...crew(30, [31]),
        ],
      },
      { ...nobody, duplicate: ["10:1000", "20:2000"] },
    ],
    [
      "all masters that share one listener",
      { processes: [...crew(10, [11]), ...crew(20, [21])] },
      { ...nobody, duplicate: ["10:1000", "20:2000"] },
    ],
    [
      "the listener of orphaned workers, which stays when one of them leaves",
      { processes: [worker(11, { of: 1, holds: [90] }), ...crew(30, [31])] },
      { ...nobody, duplicate: ["30:3000"], "orphaned-workers": ["listener 90"] },
    ],
    [
      "the new master of an upgrade and every master that drains",
      {
        processes: [
          master(5, { holds: [] }),
          worker(6, { of: 5, holds: [90] }),
          ...crew(10, [11]),
          ...crew(20, [21], { of: 10 }),
        ],
      },
      {
        ...nobody,
        "handover-stuck": ["successor 20:2000", "draining 5:500"],
        handover: ["successor 20:2000", "draining 5:500"],
      },
    ],
  ])("%s", (_, saw, subjects) => {
    const [socket] = see(snapshot({ listeners, ...saw })).sockets;
    const all = findingKinds.map((kind) => [kind, socket && subjectsOf(socket, kind)]);
    expect(Object.fromEntries(all)).toEqual(subjects);
  });
});
