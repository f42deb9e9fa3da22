import { describe, expect, it } from "vitest";
import { planWithout, subjectOf } from "../../../agent/detect/cutover-plan.ts";
import {
  chooseSubject,
  nativeRefusal,
  unitKind,
  unitOf,
} from "../../../agent/detect/cutover-subject.ts";
import { isAlreadyNative } from "../../../agent/model/cutover-plan.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import {
  duplicate,
  group,
  noMaster,
  orphaned,
  report,
  socket,
  unreachable,
} from "../cli/reports.ts";
import { unit, wrapped } from "./audit-build.ts";
import { flags, parts } from "./cutover-build.ts";

const other = socket({
  path: "/srv/b.sock",
  unit: null,
  groups: [group("serving", 80, { master: { ...master(80), unit: "b.service" } })],
});
const loose = socket({
  unit: null,
  groups: [group("serving", 68, { master: { ...master(68), unit: "session-3.scope" } })],
});

function master(pid: number) {
  const { master: found } = group("serving", pid);
  if (found === null) throw new Error("a serving group has a master");
  return found;
}

function chosen(sockets: readonly SocketReport[], typed: Partial<CutoverFlags> = {}) {
  const {
    socket: one,
    unit: name,
    name: native,
    model,
    refusals,
  } = chooseSubject(report(sockets), flags(typed));
  return {
    path: one?.path,
    unit: name,
    native,
    model: model?.master?.pid,
    refused: refusals.map(({ reason, why }) => `${reason}: ${why}`),
  };
}

describe("what is cut over", () => {
  it.each<[string, SocketReport[], Partial<CutoverFlags>, string | undefined, number | undefined]>([
    ["the only socket", [duplicate], {}, duplicate.path, 68],
    ["the one that is named", [duplicate, other], { socket: "/srv/b.sock" }, "/srv/b.sock", 80],
    [
      "the one of the unit that is named",
      [duplicate, other],
      { unit: "b.service" },
      "/srv/b.sock",
      80,
    ],
    ["a stranded one", [unreachable], {}, duplicate.path, 49],
    ["one with orphans", [orphaned], {}, duplicate.path, 68],
    [
      "one without a master",
      [noMaster],
      { unit: "platform.service", socket: noMaster.path },
      noMaster.path,
      undefined,
    ],
  ])("is %s", (_, sockets, typed, path, model) => {
    expect(chosen(sockets, typed)).toMatchObject({ path, model, refused: [] });
  });

  it.each<[string, Partial<CutoverFlags>, SocketReport, string, string]>([
    ["the unit of its masters", {}, duplicate, "platform.service", "platform.service"],
    ["the unit that is typed", { unit: "a.service" }, duplicate, "a.service", "a.service"],
    ["another name", { name: "web.service" }, duplicate, "platform.service", "web.service"],
  ])("has %s", (_, typed, seen, name, native) => {
    const all = { ...typed, socket: seen.path };
    expect(chosen([seen], all)).toMatchObject({ unit: name, native, refused: [] });
  });

  it("has a name where there is no unit, if one is typed", () => {
    expect(chosen([loose], { name: "web.service" })).toMatchObject({
      unit: undefined,
      native: "web.service",
      refused: [],
    });
  });

  it.each<[string, SocketReport[], Partial<CutoverFlags>, string]>([
    ["nothing", [], {}, "no-socket: no gunicorn listens at any unix socket"],
    ["nothing at a path", [duplicate], { socket: "/x" }, "no-socket: no gunicorn listens at /x"],
    [
      "nothing of a unit",
      [duplicate],
      { unit: "x.service" },
      "no-socket: no gunicorn listens at a socket of x.service",
    ],
    [
      "two sockets",
      [duplicate, other],
      {},
      `several-sockets: there are 2 sockets: ${duplicate.path}, /srv/b.sock`,
    ],
    ["masters in no service", [loose], {}, "no-unit: nothing tells which unit"],
    [
      "masters in two units",
      [socket({ groups: [...duplicate.groups, ...other.groups] })],
      {},
      `no-unit: masters of ${duplicate.path} are in platform.service and b.service`,
    ],
  ])("is refused where there are %s", (_, sockets, typed, why) => {
    expect(chosen(sockets, typed).refused).toEqual([expect.stringContaining(why)]);
  });
});

describe("the unit of today", () => {
  const native = unit({ mainPid: 68 });

  it.each<[string, Parameters<typeof unitKind>[0], ReturnType<typeof unitKind>]>([
    ["a wrapped script", valueOf(unit(wrapped)), "sysv"],
    ["none", valueOf(unit({ loadState: "not-found" })), "no-unit"],
    ["a native one", valueOf(native), "native"],
    ["one that nothing is known of", undefined, undefined],
  ])("is %s", (_, properties, kind) => {
    expect(unitKind(properties)).toBe(kind);
  });

  it.each<[string, Parameters<typeof nativeRefusal>, string | undefined]>([
    ["a wrapped script", [unit(wrapped), duplicate], undefined],
    ["no unit", [undefined, duplicate], undefined],
    [
      "a native unit that serves",
      [native, socket()],
      "already-native: platform.service is a native unit, /etc/systemd/system/platform.service: systemd follows its master 68; there is nothing to cut over",
    ],
    [
      "a native unit at rest",
      [unit({ fragmentPath: undefined }), noMaster],
      "already-native: platform.service is a native unit, its file unknown: it has no master now; there is nothing to cut over",
    ],
    [
      "a native unit without a socket",
      [native, undefined],
      "already-native: platform.service is a native unit, /etc/systemd/system/platform.service: it has no master now; there is nothing to cut over",
    ],
    [
      "a native unit with two masters",
      [native, duplicate],
      "unit-unsuitable: platform.service is a native unit, /etc/systemd/system/platform.service, yet systemd does not follow the one master of its socket: see onemaster audit platform.service",
    ],
    [
      "a native unit beside its master",
      [unit({ mainPid: 7 }), socket()],
      "unit-unsuitable: platform.service is a native unit, /etc/systemd/system/platform.service, yet systemd does not follow the one master of its socket: see onemaster audit platform.service",
    ],
    [
      "a unit that could not be asked about",
      [
        {
          ...native,
          properties: { ok: false, failure: { kind: "failed", what: "systemctl", why: "no bus" } },
        },
        duplicate,
      ],
      "blind: systemd could not be asked about platform.service: no bus",
    ],
  ])("is told of as %s", (_, [facts, seen], told) => {
    const refusal = nativeRefusal(facts, seen);
    expect(refusal && `${refusal.reason}: ${refusal.why}`).toBe(told);
  });

  it("is found by its name", () => {
    const seen = { units: [native], heads: [], pidfiles: [] };
    expect(unitOf("platform.service", seen)).toBe(native);
    expect(unitOf(undefined, seen)).toBeUndefined();
  });

  function valueOf({ properties }: ReturnType<typeof unit>) {
    return properties.ok ? properties.value : undefined;
  }
});

describe("what there is to plan", () => {
  it("is a socket and a name", () => {
    expect(subjectOf(parts())).toEqual({ socket: duplicate, name: "platform.service" });
  });

  it("is nothing on a host that is native", () => {
    const native = parts({ socket: socket(), unit: unit({ mainPid: 68 }) });
    const subject = subjectOf(native);
    const refusals = "refusals" in subject ? subject.refusals : [];
    const plan = planWithout(native, refusals);
    expect(isAlreadyNative(plan)).toBe(true);
    expect(plan).toMatchObject({ target: null, steps: [], mode: "live", host: "vm" });
  });

  it("is nothing where nothing could be seen, and it says so", () => {
    const all = parts({ report: { sockets: [], blind: [{ what: "fd-links", reason: "denied" }] } });
    const subject = subjectOf({ ...all, unit: undefined });
    expect(subject).toMatchObject({ refusals: [{ reason: "no-socket" }, { reason: "blind" }] });
  });

  it("is a refusal where there is no name", () => {
    const all = parts();
    const choice = { ...all.choice, name: undefined };
    expect(subjectOf({ ...all, choice })).toEqual({ refusals: [] });
  });
});
