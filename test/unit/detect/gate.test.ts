import { describe, expect, it } from "vitest";
import { gateAt } from "../../../agent/detect/gate.ts";
import type { GateCaller } from "../../../agent/model/gate.ts";
import { worstDecision } from "../../../agent/model/gate.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  crew,
  emptyPlace,
  listener,
  master,
  other,
  path,
  place,
  unasked,
  worker,
} from "./build.ts";
import { old } from "./two-listeners.ts";
import { caller, gate, saw, unit } from "./gate-build.ts";

const two = [listener(90), listener(100)];
const pair = [...crew(10, [11]), ...crew(20, [21], { of: 10 })];
const remediate = `onemaster remediate --yes --socket ${path}`;
const adds = "a start would add a second master";

describe("a living master that listens is in the way", () => {
  it.each<[host: string, saw: Snapshot, says: string]>([
    [
      "it serves, in no unit",
      saw({ processes: crew(10, [11, 12]) }),
      `refuse: master 10 (3 processes, in no unit) serves it: ${adds} | ` +
        "kill -TERM 10 and wait until it has gone",
    ],
    [
      "it serves, in another service",
      saw({ processes: crew(10, [], { unit: "other.service" }) }),
      `refuse: master 10 (1 process, in other.service) serves it: ${adds} | ` +
        "systemctl stop other.service",
    ],
    [
      "it serves, in a login session",
      saw({ processes: crew(10, [11], { unit: "session-3.scope" }) }),
      `refuse: master 10 (2 processes, in session-3.scope) serves it: ${adds} | ` +
        "kill -TERM 10 and wait until it has gone",
    ],
    [
      "it serves, left over in the unit's own cgroup",
      saw({ processes: crew(10, [11], { unit }) }),
      `refuse: master 10 (2 processes, left in ${unit} by an earlier start) serves it: ${adds} | ` +
        "kill -TERM 10 and wait until it has gone",
    ],
    [
      "a stale one beside the one that serves: never SIGTERM",
      saw({ processes: [...crew(5, [6], old), ...crew(10, [11])], listeners: two }),
      "refuse: master 10 (2 processes, in no unit) serves it; master 5 (2 processes, in no unit) " +
        "still listens, though the path is another's: a start would add a third master | " +
        `${remediate}, then kill -TERM 10 and wait until it has gone`,
    ],
    [
      "a stale one beside a listener of systemd",
      saw({
        processes: [...crew(5, [6], old), other(1, { holds: [100], comm: "systemd" })],
        listeners: two,
      }),
      "refuse: master 5 (2 processes, in no unit) still listens, though the path is another's: " +
        `${adds} | ${remediate}`,
    ],
    [
      "two that nobody reaches any more",
      saw({
        processes: [...crew(5, [6], old), ...crew(10, [11])],
        listeners: two,
        places: [emptyPlace()],
      }),
      "refuse: master 5 (2 processes, in no unit) still listens, though nobody owns the path; " +
        "master 10 (2 processes, in no unit) still listens, though nobody owns the path: a start " +
        "would add a third master | kill -KILL 5 6 10 11 (nobody reaches them here)",
    ],
    [
      "who owns the path is known by start times only",
      saw({ processes: crew(10, [11]), listeners: [listener(100, { binding: unasked })] }),
      `refuse: master 10 (2 processes, in no unit) serves it: ${adds} | ` +
        "onemaster audit, as root: who owns the path is known by start times only",
    ],
    [
      "a server that is no gunicorn",
      saw({ processes: [other(10, { holds: [100], comm: "nc" })] }),
      `refuse: pid 10 (nc) (1 process, in no unit) serves it: ${adds} | ` +
        "kill -TERM 10 and wait until it has gone",
    ],
    [
      "a USR2 upgrade is under way, and the gate is no part of it",
      saw({ processes: pair }),
      "refuse: master 10 (2 processes, in no unit) hands over; master 20 (2 processes, in no unit) " +
        "takes over, by a USR2 upgrade: a start would add a third master | " +
        "let the upgrade finish: its new master then serves",
    ],
    [
      "four of them",
      saw({
        processes: [70, 80, 90, 100].flatMap((inode) => crew(inode, [], { holds: [inode] })),
        listeners: [70, 80, 90, 100].map((inode) => listener(inode)),
        places: [emptyPlace()],
      }),
      `refuse: ${[70, 80, 90, 100]
        .map(
          (pid) =>
            `master ${pid} (1 process, in no unit) still listens, though nobody owns the path`,
        )
        .join("; ")}: a start would add a further master | ` +
        "kill -KILL 70 80 90 100 (nobody reaches them here)",
    ],
  ])("%s", (_, seen, says) => {
    expect(gate(seen)).toBe(says);
  });

  it("and is named for programs", () => {
    const seen = saw({ processes: crew(10, [11, 12], { unit: "other.service" }) });
    expect(gateAt(path, seen, caller, undefined).inTheWay).toEqual([
      { pid: 10, role: "serving", unit: "other.service", pids: [10, 11, 12] },
    ]);
    const loose = gateAt(path, saw({ processes: crew(10, []) }), caller, undefined);
    expect(loose.inTheWay).toEqual([{ pid: 10, role: "serving", unit: null, pids: [10] }]);
  });
});

describe("what a start may go on beside", () => {
  const scope = "onemaster-before-app.scope";
  const upgrading = { line: [900, 30, 10, 1], upgradeOf: 10 };

  it.each<[host: string, saw: Snapshot, says: string, asking?: Partial<GateCaller>]>([
    ["nothing", saw({ listeners: [], places: [emptyPlace()] }), "pass: nothing listens"],
    [
      "a socket file that is left over",
      saw({ listeners: [] }),
      "pass: a socket file is left, and nothing listens at it",
    ],
    [
      "a file that is no socket",
      saw({ listeners: [], places: [place({ state: { kind: "not-a-socket", what: "a pipe" } })] }),
      "pass: nothing listens: there is a pipe, on which gunicorn does not start",
    ],
    [
      "a listener of systemd",
      saw({ processes: [other(1, { holds: [100], comm: "systemd" })] }),
      "pass: systemd listens for the service, and no master does",
    ],
    [
      "a listener that was handed to the shell which runs the gate",
      saw({ processes: [other(30, { holds: [100], comm: "sh" })] }),
      "pass: systemd listens for the service, and no master does",
      { line: [900, 30, 1] },
    ],
    [
      "a master that drains",
      saw({
        processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
        places: [emptyPlace()],
      }),
      "pass: master 10 has closed its listener and only ends what it has begun",
    ],
    [
      "workers of a dead master",
      saw({ processes: [worker(11, { of: 1 }), worker(12, { of: 1 })] }),
      `pass: workers 11 12 are left of a dead master, and no master listens | ${remediate}`,
    ],
    [
      "masters that a cutover of this unit has set aside",
      saw({ processes: crew(10, [11], { unit: scope }) }),
      `pass: a cutover has set master 10 aside in ${scope} and hands over from it`,
    ],
    [
      "the same by the unit's whole name",
      saw({ processes: crew(10, [11], { unit: "onemaster-before-app.service.scope" }) }),
      "pass: a cutover has set master 10 aside in onemaster-before-app.service.scope and hands " +
        "over from it",
    ],
    [
      "the master whose USR2 upgrade this start is",
      saw({ processes: crew(10, [11]) }),
      "pass: this is the USR2 upgrade of master 10, which hands its listener on",
      upgrading,
    ],
  ])("%s", (_, seen, says, asking = {}) => {
    expect(gate(seen, asking)).toBe(says);
  });

  it.each<[who: string, asking: Partial<GateCaller>, unitOfMaster?: string]>([
    ["a worker that runs the gate is no upgrade", { line: [900, 11, 10, 1] }],
    ["nor is GUNICORN_PID that was only inherited", { upgradeOf: 10 }],
    ["a cutover of another unit", {}, "onemaster-before-other.scope"],
    ["a cutover, where nobody knows whose start this is", { unit: undefined }, scope],
  ])("but not %s", (_, asking, unitOfMaster) => {
    const seen = saw({ processes: crew(10, [11], { unit: unitOfMaster }) });
    expect(gate(seen, asking)).toMatch(/^refuse: master 10 /);
  });
});

describe("several paths", () => {
  it.each([
    [["pass", "unsure", "refuse"], "refuse"],
    [["pass", "unsure"], "unsure"],
    [["pass"], "pass"],
  ] as const)("of %j the worst decides", (decisions, worst) => {
    expect(worstDecision(decisions)).toBe(worst);
  });
});
