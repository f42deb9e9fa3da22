import { describe, expect, it } from "vitest";
import { auditCommand } from "../../../agent/cli/audit-command.ts";
import { auditText, countText } from "../../../agent/cli/audit-text.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import { UsageError } from "../../../agent/cli/usage-error.ts";
import type { AuditItem, AuditReport } from "../../../agent/model/audit.ts";
import type { Report } from "../../../agent/model/report.ts";
import type { UnitFacts } from "../../../agent/model/unit.ts";
import { audited, head, unit, unitSocket, wrapped } from "../detect/audit-build.ts";
import { quiet } from "./quiet.ts";
import { denied, group, report } from "./reports.ts";

const plain = { width: 80, colours: coloursFor(false) };
const takenAt = "2026-11-22T13:20:09.123Z";

function auditOf(...units: AuditReport["units"]): AuditReport {
  return { schema: 1, takenAt, units, blind: [] };
}

const incident = audited({
  properties: wrapped,
  sockets: [{ groups: [group("serving", 68), group("stale", 49)] }],
  heads: [head(68, { session: 67 }), head(49, { session: 48 })],
});
const bare = {
  unit: null,
  sockets: ["/run/a.sock"],
  items: [{ link: "outside-unit", state: "unknown", evidence: "a\u001B[2Jb", fix: null }],
} as const;

describe("auditText", () => {
  it.each<[string, AuditReport]>([
    ["sound", auditOf(audited({}))],
    ["incident", auditOf(incident)],
    ["several", { ...auditOf(audited({}), bare), blind: denied }],
  ])("shows %s", async (name, audit) => {
    await expect(auditText(audit, plain)).toMatchFileSnapshot(`./audit/${name}.txt`);
  });

  it("keeps to 80 columns, but for what is to be pasted", () => {
    const told = auditText(auditOf(incident), plain).split("\n# fix for")[0] ?? "";
    expect(told.split("\n").filter((line) => Array.from(line).length > 80)).toEqual([]);
  });

  it("puts the end of a here-document where a shell looks for it", () => {
    const lines = auditText(auditOf(incident), plain).split("\n");
    expect(lines.filter((line) => line.trim() === "EOF")).toEqual(["EOF", "EOF"]);
  });

  it.each([
    ["red", "bad", "\u001B[31m"],
    ["yellow", "unknown", "\u001B[33m"],
    ["yellow", "warning", "\u001B[33m"],
  ] as const)("paints in %s what is %s", (_, state, code) => {
    const item: AuditItem = { link: "type", state, evidence: "x", fix: null };
    const audit = auditOf({ unit: "a.service", sockets: [], items: [item] });
    expect(auditText(audit, { width: 80, colours: coloursFor(true) })).toContain(`${code}  `);
  });
});

describe("countText", () => {
  it("names the worst first and leaves out what there is none of", () => {
    const states = ["ok", "bad", "ok", "warning"] as const;
    const items = states.map(
      (state) => ({ link: "type", state, evidence: "", fix: null }) as const,
    );
    expect(countText(items)).toBe("1 bad, 1 warning, 2 ok");
  });
});

/** Runs `audit` where the host looks like this. */
async function run(
  typed: string | undefined,
  facts: readonly UnitFacts[],
  { look = report([unitSocket()]), json = false }: { look?: Report; json?: boolean } = {},
) {
  const { surroundings, written } = quiet();
  const asked: (readonly string[])[] = [];
  const here = { ...surroundings, look: () => Promise.resolve(look) };
  const common = { config: undefined, socket: [], color: true };
  const exitCode = await auditCommand(typed, common, { json }, here, (_, named) => {
    asked.push(named);
    return Promise.resolve({ units: facts, heads: [head(68)], pidfiles: [] });
  });
  return { exitCode, ...written, asked };
}

describe("onemaster audit", () => {
  const failure = { kind: "failed", what: "systemctl", why: "it is not installed" } as const;
  const nothing = report([]);
  it.each<[string, number, UnitFacts[]]>([
    ["0 when all is sound", 0, [unit()]],
    ["0 with a warning alone", 0, [unit({ needDaemonReload: true })]],
    ["1 when something is bad", 1, [unit({ killMode: "process" })]],
    [
      "1 when something is bad and something unknown",
      1,
      [unit({ killMode: "none", mainPid: undefined })],
    ],
    ["3 when something could not be told", 3, [unit({ mainPid: undefined })]],
    ["3 when systemd could not be asked", 3, [unit({}, { properties: { ok: false, failure } })]],
  ])("exits %s", async (_, code, facts) => {
    expect((await run(undefined, facts)).exitCode).toBe(code);
  });

  it("takes the name of a service without its suffix", async () => {
    expect((await run("platform", [unit()])).asked).toEqual([["platform.service"]]);
  });

  it("says that there is no such unit, which is no proof that all is sound", async () => {
    const gone = unit({ loadState: "not-found" }, { name: "nope.service" });
    expect(await run("nope", [gone], { look: nothing })).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: "onemaster: systemd knows no unit nope.service on this host\n",
      asked: [["nope.service"]],
    });
  });

  it("says that there is nothing to audit", async () => {
    expect(await run(undefined, [], { look: nothing })).toMatchObject({
      exitCode: 3,
      stdout: "",
      stderr:
        "onemaster: no gunicorn was found on a unix socket of this host: there is no unit to audit\n",
    });
  });

  it("refuses what cannot be a unit's name", async () => {
    await expect(run("/etc/init.d/platform", [])).rejects.toThrow(
      new UsageError('"/etc/init.d/platform" is no name of a unit; write it like platform.service'),
    );
  });

  it("prints JSON of schema 1, also where there is nothing to say", async () => {
    const { stdout } = await run(undefined, [unit()], { json: true });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      takenAt,
      units: [{ unit: "platform.service" }],
    });
    const empty = await run(undefined, [], { look: nothing, json: true });
    expect(JSON.parse(empty.stdout)).toEqual({ schema: 1, takenAt, units: [], blind: [] });
  });
});
