import { describe, expect, it } from "vitest";
import type { GroupReport } from "../../../agent/model/report.ts";
import { group, path } from "../cli/reports.ts";
import { type AuditedCase, head, itemOf, linkOf, name } from "./audit-build.ts";

const servingSocket = { groups: [group("serving", 68)] };
const sound = { sockets: [servingSocket] };
const two = { sockets: [{ groups: [group("serving", 68), group("stale", 49)] }] };
const stranded = { sockets: [{ groups: [group("stranded", 68), group("stranded", 49)] }] };
const nobody = { sockets: [{ groups: [] }] };
const orphans = group("orphaned", 49, { master: null, others: [{ pid: 99, command: "git" }] });
const orphanHead = head(50, { id: { pid: 50, startTicks: 4_901 }, ancestors: [1] });
const hidden = { verdict: "unknown" } as const;

function inUnit(unit: string | null, role: GroupReport["role"] = "serving"): GroupReport {
  const own = group(role, 90);
  return { ...own, master: own.master && { ...own.master, unit } };
}

const ends = `onemaster remediate --yes --socket ${path}`;

describe("one-group", () => {
  it.each<[string, AuditedCase, string | undefined]>([
    ["one", sound, "ok: one group: serving master 68"],
    ["none", nobody, undefined],
    ["two on one socket", two, "bad: 2 groups in its cgroup: serving master 68, stale master 49"],
    [
      "orphans beside the one that serves",
      { sockets: [{ groups: [group("serving", 68), orphans] }], heads: [head(68), orphanHead] },
      "bad: 2 groups in its cgroup: serving master 68, orphaned workers 50 51 52 53",
    ],
    [
      "two on two sockets",
      { sockets: [servingSocket, { path: "/run/b.sock", groups: [group("serving", 90)] }] },
      "ok: one group a socket, or an orderly handover: serving master 68, serving master 90",
    ],
    [
      "an upgrade",
      { sockets: [{ groups: [group("predecessor", 68), group("successor", 80)] }] },
      "ok: one group a socket, or an orderly handover: predecessor master 68, successor master 80",
    ],
    [
      "one beside one that leaves",
      { sockets: [{ groups: [group("serving", 68), group("draining", 49)] }] },
      "ok: one group a socket, or an orderly handover: serving master 68, draining master 49",
    ],
    [
      "one, while others may hide",
      { sockets: [{ ...servingSocket, ...hidden }] },
      "unknown: seen were serving master 68, but not everything could be seen",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "one-group")).toBe(told);
  });

  it.each<[string, AuditedCase, string]>([
    ["the stale group without a signal that unlinks the path", two, ends],
    [
      "a stale master without workers",
      { sockets: [{ groups: [group("serving", 68), group("stale", 49, { workers: [] })] }] },
      ends,
    ],
    [
      "orphans and what descends from them",
      { sockets: [{ groups: [group("serving", 68), orphans] }], heads: [head(68), orphanHead] },
      ends,
    ],
    [
      "all at once where nobody serves",
      stranded,
      "systemctl kill --signal=SIGKILL platform.service\nsystemctl restart platform.service",
    ],
    [
      "two that serve one shared listener by a restart",
      { sockets: [{ groups: [group("serving", 68), group("serving", 49)] }] },
      "systemctl restart platform.service",
    ],
  ])("ends %s", (_, saw, fix) => {
    expect(itemOf(saw, "one-group")?.fix).toBe(fix);
  });
});

describe("outside-unit", () => {
  const scope = head(90, { unit: "hand.scope", cgroup: "/system.slice/hand.scope" });
  const none = head(90, { unit: undefined, cgroup: "/" });
  it.each<[string, AuditedCase, string | undefined]>([
    ["none", sound, "ok: master 68 is in it"],
    ["nobody at all", nobody, undefined],
    [
      "none seen, though some may hide",
      { sockets: [{ ...servingSocket, ...hidden }] },
      "unknown: master 68 is in it, but not everything could be seen",
    ],
    [
      "one in a scope",
      {
        sockets: [{ groups: [inUnit("hand.scope"), group("stale", 68)] }],
        heads: [head(68), scope],
      },
      "bad: master 90 is in hand.scope",
    ],
    [
      "one in no unit",
      {
        sockets: [{ groups: [group("serving", 68), inUnit(null, "stale")] }],
        heads: [head(68), none],
      },
      "bad: master 90 is in no unit",
    ],
    [
      "one whose cgroup could not be read",
      { sockets: [{ groups: [group("serving", 68), inUnit(null, "stale")] }], heads: [head(68)] },
      "unknown: the cgroup of master 90 could not be read",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "outside-unit")).toBe(told);
  });

  it.each<[string, AuditedCase, string]>([
    [
      "one that has the path is killed, and the unit takes it back",
      {
        sockets: [{ groups: [inUnit("hand.scope"), group("stale", 68)] }],
        heads: [head(68), scope],
      },
      `kill -KILL 90 91 92 93 94\nsystemctl restart ${name}`,
    ],
    [
      "one that is stale ends as every stale one",
      {
        sockets: [{ groups: [group("serving", 68), inUnit("hand.scope", "stale")] }],
        heads: [head(68), scope],
      },
      ends,
    ],
  ])("%s", (_, saw, fix) => {
    expect(itemOf(saw, "outside-unit")?.fix).toBe(fix);
  });
});
