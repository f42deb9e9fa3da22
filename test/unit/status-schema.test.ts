import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { blindSpots } from "../../agent/model/blind.ts";
import { remediationModes, type RemediationView } from "../../agent/model/remediation.ts";
import type { Report } from "../../agent/model/report.ts";
import { findingKinds, roles, verdicts } from "../../agent/model/verdict.ts";
import {
  duplicateSocket,
  orphanedGroup,
  reportOf,
  servingGroup,
  soundSocket,
  staleGroup,
} from "./expose/reports.ts";

interface Schema {
  readonly $defs: Readonly<Record<string, EnumSchema>>;
}

interface EnumSchema {
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, EnumSchema>>;
  readonly oneOf?: readonly EnumSchema[];
}

const schema = JSON.parse(
  readFileSync(new URL("../../deploy/status.schema.json", import.meta.url), "utf8"),
) as Schema;
// strictTypes off: a nullable integer is a union of types, written as JSON Schema has it
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

/** Each fault as `where: what`; empty when the value is sound. */
function faultsOf(value: unknown): readonly string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map((fault) => `${fault.instancePath}: ${fault.message}`);
}

const nothingThere = {
  boundAs: null,
  file: null,
  evidence: "none",
  masters: 0,
  groups: [],
  unit: null,
  pidfile: null,
} as const;

const untold = { rssBytes: null, reclaimableBytes: null, budgetBytes: null, budgetRatio: null };

const acting: RemediationView = {
  mode: "dry-run",
  paused: true,
  breakerOpen: false,
  unfinished: ["20261122T214008Z-stale-15005"],
};

const sound: readonly (readonly [host: string, report: Report])[] = [
  ["one master", reportOf([soundSocket()])],
  ["two masters", reportOf([duplicateSocket()])],
  [
    "two masters that a cutover has made",
    reportOf([
      duplicateSocket({
        findings: duplicateSocket().findings.map((one) => ({ ...one, cutover: "a.service" })),
      }),
    ]),
  ],
  ["no socket at all", reportOf([])],
  ["an agent that may act", { ...reportOf([]), remediation: acting }],
  [
    "a state directory that cannot be read",
    {
      ...reportOf([]),
      remediation: { mode: "on", paused: null, breakerOpen: null, unfinished: null },
    },
  ],
  [
    "a configured path and nothing there",
    reportOf([soundSocket({ ...nothingThere, verdict: "no-master" })]),
  ],
  [
    "a path whose file is gone",
    reportOf([
      soundSocket({
        verdict: "unreachable",
        file: null,
        groups: [staleGroup({ role: "stranded" })],
      }),
    ]),
  ],
  [
    "workers without a master",
    reportOf([
      soundSocket({ verdict: "orphaned-workers", groups: [servingGroup(), orphanedGroup()] }),
    ]),
  ],
  [
    "an upgrade",
    reportOf([
      soundSocket({
        verdict: "handover",
        masters: 2,
        groups: [servingGroup({ role: "predecessor" }), servingGroup({ role: "successor" })],
      }),
    ]),
  ],
  [
    "an agent that sees nothing",
    reportOf(
      [soundSocket({ verdict: "unknown", masters: null, groups: [], orphanMemory: untold })],
      {
        host: { name: "vm", memoryTotalBytes: null, memoryAvailableBytes: null },
        blind: [
          { what: "processes", reason: "denied" },
          { what: "fd-links", pid: 812, reason: "EACCES" },
        ],
      },
    ),
  ],
  [
    "a group of which little is known",
    reportOf([
      soundSocket({
        groups: [
          staleGroup({
            role: "unclear",
            listener: { inode: 20011, fileInode: null },
            master: {
              pid: 41,
              startTicks: 0,
              startedAt: "2026-11-22T13:10:54.160Z",
              user: null,
              unit: null,
              command: "",
            },
            memory: null,
          }),
        ],
      }),
    ]),
  ],
  ...["missing", "dead", "stranger", "stale"].map(
    (names) =>
      [
        `a pidfile that is ${names}`,
        reportOf([
          soundSocket({ pidfile: { path: "/run/g.pid", pid: null, names: names as "dead" } }),
        ]),
      ] as const,
  ),
];

describe("status.schema.json", () => {
  it.each(sound)("takes the report of %s", (_, report) => {
    expect(faultsOf(JSON.parse(JSON.stringify(report)))).toEqual([]);
  });

  it("takes every verdict, and there is a report for each", () => {
    const seen = sound.flatMap(([, { sockets }]) => sockets.map(({ verdict }) => verdict));
    expect(verdicts.filter((verdict) => !seen.includes(verdict))).toEqual([]);
  });

  it.each([
    ["another schema", { schema: 2 }, "/schema: must be equal to constant"],
    ["a field nobody described", { extra: true }, ": must NOT have additional properties"],
    [
      "a verdict nobody defined",
      { verdict: "fine" },
      "/verdict: must be equal to one of the allowed values",
    ],
    [
      "a time without its zone",
      { takenAt: "2026-11-22T13:20:09.123" },
      "/takenAt: must match pattern",
    ],
    [
      "a blindness nobody defined",
      { blind: [{ what: "moon", reason: "x" }] },
      "/blind/0/what: must be",
    ],
    [
      "a blindness without a reason",
      { blind: [{ what: "memory" }] },
      "/blind/0: must have required",
    ],
    ["a missing list", { sockets: undefined }, ": must have required property 'sockets'"],
  ])("refuses %s", (_, broken, fault) => {
    expect(faultsOf(JSON.parse(JSON.stringify({ ...reportOf([]), ...broken })))).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  it.each([
    ["no path", { path: "" }, "/sockets/0/path: must NOT have fewer than 1 characters"],
    ["a count below zero", { masters: -1 }, "/sockets/0/masters: must be >= 0"],
    [
      "a confirmation that was not told",
      { confirmed: null },
      "/sockets/0/confirmed: must be boolean",
    ],
    ["evidence nobody defined", { evidence: "guess" }, "/sockets/0/evidence: must be"],
    [
      "a finding without a sentence",
      { findings: [{ kind: "duplicate", since: "2026-11-22T13:20:09.123Z", message: "" }] },
      "/sockets/0/findings/0/message: must NOT have fewer than 1 characters",
    ],
    [
      "a role nobody defined",
      { groups: [servingGroup({ role: "zombie" as "stale" })] },
      "/sockets/0/groups/0/role: must be equal",
    ],
    [
      "memory left out",
      { orphanMemory: { rssBytes: 0 } },
      "/sockets/0/orphanMemory: must have required",
    ],
  ])("refuses a socket with %s", (_, broken, fault) => {
    const socket = { ...soundSocket(), ...broken };
    const faults = faultsOf(JSON.parse(JSON.stringify({ ...reportOf([]), sockets: [socket] })));
    expect(faults[0]).toContain(fault);
  });

  it.each([
    ["verdicts", schema.$defs["verdict"], verdicts],
    ["kinds of finding", schema.$defs["findingKind"], findingKinds],
    ["roles", schema.$defs["role"], roles],
    ["blind spots", schema.$defs["blind"]?.properties?.["what"], blindSpots],
    ["modes", schema.$defs["remediation"]?.properties?.["mode"], remediationModes],
  ])("names the %s that the program knows, in its order", (_, part, known) => {
    expect(part?.enum).toEqual(known);
  });
});
