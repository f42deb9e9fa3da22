import { describe, expect, it } from "vitest";
import { followIncidents, type RecordChange } from "../../../agent/detect/incidents.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import type { IncidentRecord } from "../../../agent/model/incident-record.ts";
import type { Report, SocketReport } from "../../../agent/model/report.ts";
import { duplicate, group, path, report, socket } from "../run/reports.ts";

const boot = "boot-1";
const since = "2026-11-22T12:20:09.000Z";

function at(minute: number, sockets: readonly SocketReport[], blind: Report["blind"] = []): Report {
  return { ...report(sockets, blind), takenAt: `2026-11-22T13:${minute}:00.123Z` };
}

function confirmed(kind: IncidentChange["kind"] = "duplicate"): IncidentChange {
  return {
    change: "confirmed",
    socket: path,
    kind,
    sinceMs: Date.parse(since),
    wasConfirmed: false,
  };
}

/** The only change of a step. */
function only(changes: readonly RecordChange[]): RecordChange {
  const [change, ...more] = changes;
  if (change === undefined || more.length > 0) {
    throw new Error(`${changes.length} changes instead of one`);
  }
  return change;
}

function opened(): IncidentRecord {
  return only(followIncidents([], [confirmed()], at(20, [duplicate]), boot)).record;
}

describe("an incident", () => {
  it("is opened when it is confirmed, with the whole socket as it was", () => {
    const { change, record } = only(followIncidents([], [confirmed()], at(20, [duplicate]), boot));
    expect(change).toBe("opened");
    expect(record).toEqual({
      schema: 1,
      id: expect.stringMatching(/^20261122T132000Z-duplicate-[0-9a-f]{6}$/),
      state: "open",
      socket: path,
      kind: "duplicate",
      bootId: boot,
      subjects: ["49:4900"],
      since,
      confirmedAt: "2026-11-22T13:20:00.123Z",
      updatedAt: "2026-11-22T13:20:00.123Z",
      closedAt: null,
      ending: null,
      cause: null,
      reports: { confirmed: duplicate, last: duplicate, closed: null },
      unitProperties: null,
      journal: [],
      timeline: [{ at: "2026-11-22T13:20:00.123Z", text: "confirmed: master 49 is stale" }],
    });
  });

  it("has another id than one of the same second on another socket", () => {
    const other = { ...duplicate, path: "/run/other.sock" };
    const changes = [confirmed(), { ...confirmed(), socket: other.path }];
    const records = followIncidents([], changes, at(20, [duplicate, other]), boot);
    expect(new Set(records.map(({ record }) => record.id)).size).toBe(2);
  });

  it.each(["suspected", "cleared"] as const)("is not opened by what is %s", (change) => {
    const step = followIncidents([], [{ ...confirmed(), change }], at(20, [duplicate]), boot);
    expect(step).toEqual([]);
  });

  it("is not opened for a socket that is not in the report", () => {
    expect(followIncidents([], [confirmed()], at(20, []), boot)).toEqual([]);
  });

  it("is named by its kind where its finding is not in the report any more", () => {
    const { record } = only(followIncidents([], [confirmed()], at(20, [socket()]), boot));
    expect(record.timeline.map(({ text }) => text)).toEqual(["confirmed: duplicate"]);
    expect(record.since).toBe("2026-11-22T13:20:00.123Z");
  });

  it("is taken up, not opened again, by an agent that was started again", () => {
    expect(followIncidents([opened()], [confirmed()], at(25, [duplicate]), boot)).toEqual([]);
  });

  it("is not changed by memory and ages", () => {
    const grown = duplicate.groups.map((one) => ({ ...one, memory: null }));
    const step = followIncidents([opened()], [], at(21, [{ ...duplicate, groups: grown }]), boot);
    expect(step).toEqual([]);
  });

  it("is updated when a third master comes, and then is about both stale ones", () => {
    const third: SocketReport = {
      ...duplicate,
      findings: [{ kind: "duplicate", since, message: "masters 49 and 68 are stale" }],
      groups: [group(90), group(49, { role: "stale" }), group(68, { role: "stale" })],
    };
    const { change, record } = only(followIncidents([opened()], [], at(22, [third]), boot));
    expect(change).toBe("updated");
    expect(record).toEqual({
      ...opened(),
      subjects: ["49:4900", "68:6800"],
      updatedAt: "2026-11-22T13:22:00.123Z",
      reports: { confirmed: duplicate, last: third, closed: null },
      timeline: [
        { at: "2026-11-22T13:20:00.123Z", text: "confirmed: master 49 is stale" },
        { at: "2026-11-22T13:22:00.123Z", text: "masters 49 and 68 are stale" },
      ],
    });
  });

  it("is closed by a look that does not show it any more, and tells what is there now", () => {
    const { change, record } = only(followIncidents([opened()], [], at(23, [socket()]), boot));
    expect(change).toBe("closed");
    expect(record).toEqual({
      ...opened(),
      state: "closed",
      updatedAt: "2026-11-22T13:23:00.123Z",
      closedAt: "2026-11-22T13:23:00.123Z",
      ending: "the socket is one-master: master 68 serving",
      reports: { confirmed: duplicate, last: duplicate, closed: socket() },
      timeline: [
        { at: "2026-11-22T13:20:00.123Z", text: "confirmed: master 49 is stale" },
        {
          at: "2026-11-22T13:23:00.123Z",
          text: "over: the socket is one-master: master 68 serving",
        },
      ],
    });
  });

  it.each([
    ["its socket is gone", at(23, []), "no group is left on the socket"],
    [
      "nothing is left on a configured path",
      at(23, [socket({ verdict: "no-master", groups: [] })]),
      "the socket is no-master",
    ],
    [
      "only workers are left",
      at(23, [
        socket({
          verdict: "orphaned-workers",
          groups: [group(49, { role: "orphaned", master: null })],
        }),
      ]),
      "the socket is orphaned-workers: orphaned workers",
    ],
  ])("is closed when %s", (_, seen, ending) => {
    const { change, record } = only(followIncidents([opened()], [], seen, boot));
    expect([change, record.ending]).toEqual(["closed", ending]);
  });

  it.each([
    ["the socket is unknown", at(23, [socket({ verdict: "unknown" })])],
    ["processes could not be seen", at(23, [], [{ what: "processes", reason: "denied" }])],
  ])("stays open while %s", (_, blindLook) => {
    expect(followIncidents([opened()], [], blindLook, boot)).toEqual([]);
  });

  it("ends with the boot, and what looks the same afterwards is another one", () => {
    const step = followIncidents([opened()], [confirmed()], at(30, [duplicate]), "boot-2");
    expect(step.map(({ change }) => change)).toEqual(["closed", "opened"]);
    expect(step[0]?.record).toMatchObject({
      ending: "the host was booted again, after 2026-11-22T13:20:00.123Z",
      reports: { closed: null },
    });
  });

  it("about one stale master is over when another takes its place", () => {
    const other = { ...duplicate, groups: [group(68), group(51, { role: "stale" })] };
    const step = followIncidents([opened()], [confirmed()], at(30, [other]), boot);
    expect(step.map(({ change, record }) => [change, record.subjects])).toEqual([
      ["closed", ["49:4900"]],
      ["opened", ["51:5100"]],
    ]);
  });

  it("keeps the first and the last of a long story", () => {
    let record = opened();
    for (let turn = 0; turn < 60; turn += 1) {
      const role = turn % 2 === 0 ? "draining" : "serving";
      const seen = { ...duplicate, groups: [...duplicate.groups, group(100 + turn, { role })] };
      record = only(followIncidents([record], [], at(31, [seen]), boot)).record;
    }
    expect(record.timeline).toHaveLength(40);
    expect(record.timeline[0]?.text).toBe("confirmed: master 49 is stale");
  });

  it("does not repeat a message that the report has lost", () => {
    const without = socket({ ...duplicate, groups: [group(68), group(49, { role: "stale" })] });
    const changed = {
      ...without,
      groups: [...without.groups, group(70)],
      findings: without.findings,
    };
    const { record } = only(followIncidents([opened()], [], at(31, [changed]), boot));
    expect(record.timeline.map(({ text }) => text)).toEqual([
      "confirmed: master 49 is stale",
      "master 49 is stale",
    ]);
  });
});
