import { describe, expect, it } from "vitest";
import { unitOnly } from "../../../agent/detect/unit-report.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  asked,
  crew,
  emptyPlace,
  type Gist,
  gistOf,
  key,
  listener,
  other,
  ownedBy,
  path,
  place,
  see,
  snapshot,
  worker,
} from "./build.ts";

const server = { comm: "uwsgi", holds: [100] };

function served(groups: readonly string[]): Gist {
  return { verdict: "one-master", evidence: "bound-file", masters: 1, groups, findings: [] };
}

function nothing(evidence: string, why: string): Gist {
  const findings = [`no-master: ${why}`];
  return { verdict: "no-master", evidence, masters: 0, groups: [], findings };
}

/** The path has an owner, but no process that could be its master. */
const holderless: Gist = {
  verdict: "unknown",
  evidence: "bound-file",
  masters: null,
  groups: [],
  findings: [`unknown: ${path} belongs to socket 100, but which process holds it was not found`],
};

const activated = nothing(
  "bound-file",
  `no master listens: ${path} belongs to socket 100, which is held for a service that has not started`,
);

const rows: { host: string; saw: Partial<Snapshot>; says: Gist }[] = [
  {
    host: "nothing at its path",
    saw: { listeners: [], places: [emptyPlace()] },
    says: nothing("none", `nothing listens: ${path} does not exist`),
  },
  {
    host: "a file at its path that nobody is bound to",
    saw: { listeners: [] },
    says: nothing(
      "none",
      `nothing listens: ${path} is a socket file that none of them is bound to`,
    ),
  },
  {
    host: "a path that a socket owns whose holder was not found",
    saw: { listeners: [listener(100, { place: undefined })] },
    says: holderless,
  },
  {
    host: "a path that only pid 1 holds for a service that has not started",
    saw: { processes: [other(1, { ...server, of: 0, comm: "init" })] },
    says: activated,
  },
  {
    host: "a path that only a user's systemd and its activator hold",
    saw: {
      processes: [
        other(700, { ...server, comm: "systemd" }),
        other(701, { ...server, comm: "systemd-socket-" }),
      ],
    },
    says: activated,
  },
  {
    host: "a path that must not be looked at, which is no proof that nothing listens",
    saw: { listeners: [], places: [place({ state: { kind: "unreadable", why: "EACCES" } })] },
    says: {
      verdict: "unknown",
      evidence: "none",
      masters: null,
      groups: [],
      findings: [`unknown: who owns ${path} could not be told: it cannot be looked at: EACCES`],
    },
  },
  {
    host: "another server, by lineage alone: the topmost holder and those below it",
    saw: {
      processes: [
        other(10, server),
        other(11, { ...server, of: 10 }),
        other(12, { of: 11, comm: "sh" }),
        other(13, { ...server, of: 12 }),
      ],
    },
    says: served(["serving 10: 11 13 + 12"]),
  },
  {
    host: "another server that systemd has activated",
    saw: {
      processes: [
        other(1, { ...server, of: 0, comm: "systemd" }),
        other(10, { ...server, of: 1 }),
        other(11, { ...server, of: 10 }),
      ],
    },
    says: served(["serving 10: 11"]),
  },
  {
    host: "workers that end, and have let go of their signals: no two masters",
    saw: { processes: [other(11, { ...server, of: 1 }), other(12, { ...server, of: 1 })] },
    says: {
      verdict: "unknown",
      evidence: "bound-file",
      masters: null,
      groups: ["unclear 11: ", "unclear 12: "],
      findings: ["unknown: processes 11, 12 hold one listener, and none of them leads the others"],
    },
  },
  {
    host: "another server twice",
    saw: {
      processes: [other(10, { ...server, holds: [90] }), other(20, server)],
      listeners: [listener(90), listener(100)],
    },
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: ", "stale 10: "],
      findings: [
        "duplicate: master 10 with 0 workers is stale: it listens, but the path belongs to master 20",
      ],
    },
  },
  {
    host: "a gunicorn that systemd has activated",
    saw: { processes: [other(1, { ...server, of: 0, comm: "systemd" }), ...crew(10, [11])] },
    says: served(["serving 10: 11"]),
  },
  {
    host: "a gunicorn's orphans, and a helper that holds the listener as well",
    saw: { processes: [worker(11, { of: 1 }), other(12, server)] },
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 0,
      groups: ["orphaned -: 11"],
      findings: ["orphaned-workers: 1 worker (11) is left of a master that is dead"],
    },
  },
];

describe("a path that was asked for", () => {
  it.each(rows.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(snapshot({ configured: asked, ...saw })))).toEqual({ [path]: says });
  });

  it("is the only one in the report", () => {
    const elsewhere = { key: "2049:8/b.sock", path: "/srv/b.sock" };
    const saw = snapshot({
      configured: asked,
      processes: [
        ...crew(10, [11]),
        ...crew(20, [], { holds: [200] }),
        ...crew(30, [], { holds: [300] }),
      ],
      listeners: [
        listener(100),
        listener(200, { place: elsewhere.key }),
        listener(300, { place: undefined }),
      ],
      places: [place(), place(elsewhere)],
    });
    expect(gistOf(see(saw))).toEqual({ [path]: served(["serving 10: 11"]) });
  });

  it("has the unit that the settings name, not that of its master", () => {
    const saw = snapshot({
      configured: [{ place: key, unit: "site.service" }],
      processes: crew(10, [], { unit: "platform.service" }),
    });
    expect(see(saw).sockets[0]?.unit).toEqual(unitOnly("site.service"));
  });
});

describe("the control socket of gunicorn 25.1, which masters of one user take from each other", () => {
  const control = { key: "2049:9/gunicorn.ctl", path: "/run/user/33/gunicorn.ctl" };
  const saw = snapshot({
    processes: [...crew(10, [11], { holds: [90, 100] }), ...crew(20, [], { holds: [200] })],
    listeners: [
      listener(90, { place: control.key }),
      listener(100),
      listener(200, { place: control.key }),
    ],
    places: [ownedBy(200, control), place()],
  });

  it("is not reported", () => {
    expect(gistOf(see(saw))).toEqual({ [path]: served(["serving 10: 11"]) });
  });

  it("is reported when it is asked for", () => {
    const configured = [{ place: control.key, unit: undefined }];
    expect(see({ ...saw, configured })).toMatchObject({
      verdict: "duplicate",
      sockets: [{ path: control.path, masters: 2 }],
    });
  });

  it("is told by its whole name", () => {
    const alike = { key: "2049:9/my-gunicorn.ctl", path: "/srv/my-gunicorn.ctl" };
    const listeners = [listener(100, { place: alike.key })];
    const places = [ownedBy(100, alike)];
    const seen = see(snapshot({ processes: crew(10, [11]), listeners, places }));
    expect(gistOf(seen)).toEqual({ [alike.path]: served(["serving 10: 11"]) });
  });
});

describe("where nothing was asked for", () => {
  it("other servers, systemd and empty places are not reported", () => {
    const saw = snapshot({
      processes: [other(10, server), other(1, { ...server, comm: "systemd" })],
      places: [place(), emptyPlace({ key: "2049:8/b.sock", path: "/srv/b.sock" })],
    });
    expect(see(saw)).toMatchObject({ verdict: "no-master", sockets: [] });
  });
});
