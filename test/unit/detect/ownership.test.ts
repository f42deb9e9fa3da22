import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  crew,
  emptyPlace,
  type Gist,
  gistOf,
  listener,
  master,
  ownedBy,
  path,
  place,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";
import { both, old } from "./two-listeners.ts";

function stranded(why: string): Gist {
  return {
    verdict: "unreachable",
    evidence: "none",
    masters: 1,
    groups: ["stranded 10: 11"],
    findings: [`unreachable: no new connection can reach master 10: ${path} ${why}`],
  };
}

const rows: { host: string; saw: Snapshot; says: Gist }[] = [
  {
    host: "a group whose path is gone",
    saw: snapshot({ processes: crew(10, [11]), places: [emptyPlace()] }),
    says: stranded("does not exist"),
  },
  {
    host: "a group at whose path a directory stands",
    saw: snapshot({
      processes: crew(10, [11]),
      places: [place({ state: { kind: "not-a-socket", what: "a directory" } })],
    }),
    says: stranded("is a directory, not a socket"),
  },
  {
    host: "a group at whose path a plain file stands",
    saw: snapshot({
      processes: crew(10, [11]),
      places: [place({ state: { kind: "not-a-socket", what: "a regular file" } })],
    }),
    says: stranded("is a regular file, not a socket"),
  },
  {
    host: "a stale group alone: the file at the path is bound by nobody",
    saw: snapshot({ processes: crew(10, [11]), places: [ownedBy(70)] }),
    says: stranded("is a socket file that none of them is bound to"),
  },
  {
    host: "a stale group alone, whatever is not known of a listener elsewhere",
    saw: snapshot({
      processes: crew(10, [11]),
      listeners: [listener(200, { place: "2049:8/b.sock", binding: unasked }), listener(100)],
      places: [ownedBy(70)],
    }),
    says: stranded("is a socket file that none of them is bound to"),
  },
  {
    host: "two groups whose path is gone",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21])],
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 2,
      groups: ["stranded 10: 11", "stranded 20: 21"],
      findings: [`unreachable: no new connection can reach master 10, 20: ${path} does not exist`],
    },
  },
  {
    host: "another program that owns the path of a living master",
    saw: snapshot({
      processes: crew(10, [11]),
      listeners: [listener(100), listener(70, { place: undefined, boundAs: "/srv/app/app.sock" })],
      places: [ownedBy(70)],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 1,
      groups: ["stale 10: 11"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to another program (socket 70)",
      ],
    },
  },
  {
    host: "another program that owns the path, beside a master that drains",
    saw: snapshot({
      processes: [...crew(5, [6], old), master(10, { holds: [] }), worker(11, { of: 10 })],
      listeners: [...both, listener(70, { place: undefined })],
      places: [ownedBy(70)],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["stale 5: 6", "draining 10: 11"],
      findings: [
        "duplicate: master 5 with 1 worker is stale: it listens, but the path belongs to another program (socket 70)",
        "handover: master 10 has closed its listener and waits for 1 worker to finish",
      ],
    },
  },
  {
    host: "a socket file that was renamed to the path: its owner goes by another name",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21])],
      listeners: [listener(90), listener(100, { boundAs: "new.sock", place: "2049:7/new.sock" })],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: 21", "stale 10: 11"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to master 20",
      ],
    },
  },
];

describe("who owns a path", () => {
  it.each(rows.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });

  it("names a socket as its serving group has bound it, not as the path is called", () => {
    const renamed = listener(100, { boundAs: "new.sock", place: "2049:7/new.sock" });
    const [socket] = see(
      snapshot({
        processes: [...crew(10, [11], old), ...crew(20, [21])],
        listeners: [listener(90), renamed],
      }),
    ).sockets;
    expect(socket?.boundAs).toBe("new.sock");
  });
});
