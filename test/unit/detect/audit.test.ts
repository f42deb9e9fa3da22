import { describe, expect, it } from "vitest";
import { auditUnits } from "../../../agent/detect/audit.ts";
import { withUnits, unitOnly } from "../../../agent/detect/unit-report.ts";
import type { GroupReport } from "../../../agent/model/report.ts";
import type { UnitFacts, UnitsSeen } from "../../../agent/model/unit.ts";
import { denied, group, report, socket } from "../cli/reports.ts";
import { audited, head, name, unit, unitSocket, wrapped } from "./audit-build.ts";

const failure = { kind: "failed", what: "systemctl show", why: "it is not installed" } as const;
const unasked = unit({}, { properties: { ok: false, failure } });
const unknownUnit = unit({ loadState: "not-found", controlGroup: undefined, mainPid: 0 });

function seen(units: readonly UnitFacts[], change: Partial<UnitsSeen> = {}): UnitsSeen {
  return { units, heads: [head(68)], pidfiles: [], ...change };
}

function ofUnit(unitName: string | null): GroupReport {
  const own = group("serving", 68);
  return { ...own, master: own.master && { ...own.master, unit: unitName } };
}

describe("the audit of a unit", () => {
  it("has every link that is in question, in the order of the chain", () => {
    const { unit: of, sockets, items } = audited({});
    expect({ of, sockets }).toEqual({ of: name, sockets: [unitSocket().path] });
    expect(items.map(({ link, state }) => `${link} ${state}`)).toEqual([
      "main-pid ok",
      "kill-mode ok",
      "type ok",
      "generated ok",
      "init-script ok",
      "daemonize ok",
      "one-group ok",
      "serving ok",
      "start-works ok",
      "program ok",
      "outside-unit ok",
    ]);
  });

  const links = ["main-pid", "kill-mode", "type", "serving"];
  it.each<[string, UnitFacts, UnitsSeen["heads"], string]>([
    [
      "systemd could not be asked",
      unasked,
      [head(68)],
      "systemd could not be asked: it is not installed",
    ],
    ["systemd does not know it", unknownUnit, [], "systemd knows no platform.service"],
    [
      "it is a container's",
      unit(),
      [head(68, { cgroup: "/payload/system.slice/platform.service" })],
      "master 68 is in the platform.service of another systemd, such as a container's",
    ],
    [
      "it is a container's, and the host's own of that name does not run",
      unit({ controlGroup: undefined, activeState: "inactive" }),
      [head(68)],
      "master 68 is in the platform.service of another systemd, such as a container's",
    ],
  ])("is unknown where %s", (_, facts, heads, why) => {
    const { units } = auditUnits(report([unitSocket()]), seen([facts], { heads }), [], undefined);
    expect(units).toEqual([
      {
        unit: name,
        sockets: [unitSocket().path],
        items: links.map((link) => ({ link, state: "unknown", evidence: why, fix: null })),
      },
    ]);
  });

  it.each<[string, UnitsSeen["heads"], Partial<Parameters<typeof unit>[0]>]>([
    [
      "that is in a cgroup below the unit's",
      [head(68, { cgroup: "/system.slice/platform.service/main" })],
      {},
    ],
    ["whose cgroup was not read", [head(68, { cgroup: undefined, unit: undefined })], {}],
    ["of a systemd that names no cgroups", [head(68)], { controlGroup: undefined, shown: {} }],
  ])("counts a master %s", (_, heads, properties = {}) => {
    expect(audited({ heads, properties }).items[0]).toMatchObject({
      link: "main-pid",
      state: "ok",
    });
  });

  it("leaves a container's master out of the host's unit of the same name", () => {
    const sockets = [
      { groups: [group("serving", 68)] },
      { path: "/b.sock", groups: [group("serving", 90)] },
    ];
    const heads = [head(68), head(90, { cgroup: "/payload/system.slice/platform.service" })];
    const item = audited({ sockets, heads }).items.find(({ link }) => link === "one-group");
    expect(item?.evidence).toBe("one group: serving master 68");
  });

  it("counts a master that was moved out of the unit since the look as outside", () => {
    const heads = [head(68, { unit: "stale.scope", cgroup: "/system.slice/stale.scope" })];
    const item = audited({ heads }).items.find(({ link }) => link === "outside-unit");
    expect(item?.state).toBe("bad");
  });

  it("takes in a socket that the settings give to another unit, when a master of it is there", () => {
    const other = unitSocket({ unit: unitOnly("other.service") });
    expect(auditUnits(report([other]), seen([unit()]), [], name).units[0]?.sockets).toEqual([
      other.path,
    ]);
  });
});

describe("a whole audit", () => {
  it("says when it was and what could not be seen", () => {
    const audit = auditUnits(
      report([unitSocket()], { blind: denied }),
      seen([unasked]),
      [],
      undefined,
    );
    expect(audit).toMatchObject({ schema: 1, takenAt: "2026-11-22T13:20:09.123Z" });
    expect(audit.blind).toEqual([
      ...denied,
      { what: "unit", reason: "platform.service: it is not installed" },
    ]);
  });

  it("keeps to the unit that was asked for", () => {
    const units = [unit(), unit({}, { name: "other.service" })];
    const told = auditUnits(report([unitSocket()]), seen(units), [], "other.service").units;
    expect(told.map((one) => one.unit)).toEqual(["other.service"]);
  });
});

describe("masters in no service", () => {
  it.each<[string, string | null, UnitsSeen["heads"], string]>([
    [
      "in nothing",
      null,
      [head(68, { unit: undefined, cgroup: "/" })],
      "bad: master 68 is in no unit: nobody would start it again",
    ],
    [
      "of a login",
      "session-3.scope",
      [head(68, { unit: "session-3.scope", cgroup: "/user.slice/session-3.scope" })],
      "bad: master 68 is in session-3.scope: nobody would start it again",
    ],
    [
      "in a scope of somebody else's",
      "docker-4c1d.scope",
      [head(68, { unit: "docker-4c1d.scope", cgroup: "/system.slice/docker-4c1d.scope" })],
      "unknown: master 68 is in docker-4c1d.scope: who supervises that is not to be seen",
    ],
    ["whose cgroup was not read", null, [], "unknown: the cgroup of master 68 could not be read"],
  ])("%s have an audit of their own", (_, of, heads, told) => {
    const bare = unitSocket({ unit: null, groups: [ofUnit(of)] });
    const { units } = auditUnits(report([bare]), seen([], { heads }), [], undefined);
    expect(units.map((one) => [one.unit, one.sockets])).toEqual([[null, [bare.path]]]);
    expect(
      units[0]?.items.map(({ link, state, evidence }) => `${link} ${state}: ${evidence}`),
    ).toEqual([`outside-unit ${told}`]);
  });

  it.each<[string, UnitsSeen["heads"][number]["workingDirectory"], string]>([
    ["their folder", "/var/www/sample-platform", "sample-platform"],
    ["nothing that is known", undefined, "app"],
    ["no odd folder", "/var/www/my app", "app"],
  ])("are given a unit that is named after %s", (_, workingDirectory, base) => {
    const bare = unitSocket({ unit: null, groups: [ofUnit(null)] });
    const heads = [head(68, { unit: undefined, cgroup: "/", workingDirectory })];
    const { units } = auditUnits(report([bare]), seen([], { heads }), [], undefined);
    expect(units[0]?.items[0]?.fix).toContain(
      `# ${base}.service is a suggestion; first end what runs now\ncat >/etc/systemd/system/${base}.service`,
    );
  });

  it.each([
    ["there is a unit for them", unitSocket({ groups: [ofUnit(null)] })],
    ["one of them is in a service", unitSocket({ unit: null, groups: [ofUnit(name)] })],
    ["there are none", unitSocket({ unit: null, groups: [] })],
  ])("have none where %s", (_, of) => {
    expect(auditUnits(report([of]), seen([]), [], undefined).units).toEqual([]);
  });
});

describe("the unit in a report", () => {
  it.each<[string, UnitFacts, object]>([
    [
      "as systemd knows it",
      unit(),
      { mainPid: 68, killMode: "control-group", generated: false, activeState: "active" },
    ],
    [
      "made from an init script",
      unit(wrapped),
      { mainPid: 0, killMode: "process", generated: true, activeState: "active" },
    ],
    [
      "of which little is told",
      unit({
        mainPid: undefined,
        killMode: undefined,
        fragmentPath: undefined,
        activeState: undefined,
      }),
      {},
    ],
    ["that systemd does not know", unknownUnit, {}],
    ["that systemd could not be asked about", unasked, {}],
    ["that was not asked about", unit({}, { name: "other.service" }), {}],
  ])("%s", (_, facts, told) => {
    const bare = socket({ unit: unitOnly(name) });
    expect(withUnits(report([bare]), [facts]).sockets[0]?.unit).toEqual({
      ...unitOnly(name),
      ...told,
    });
  });

  it("stays away where there is none", () => {
    expect(withUnits(report([socket({ unit: null })]), [unit()]).sockets[0]?.unit).toBe(null);
  });
});
