import { describe, expect, it } from "vitest";
import { isRemediationRecord } from "../../../agent/history/remediation-record.ts";
import {
  refusalReasons,
  remediationOutcomes,
  stepNames,
} from "../../../agent/model/remediation.ts";
import { ended, stored, underWay } from "./remediations.ts";

type Json = Record<string, unknown>;
const whole = () => stored(ended("20261122T175002Z")) as Json;

/** The record with what stands at a path such as `plan.workers.0.pid` replaced. */
function changed(path: string, value: unknown): Json {
  const record = whole();
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce<Json>((at, key) => at[key] as Json, record);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return record;
}

/** Paths of all fields, those of lists by their first element. */
function fieldsOf(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, one]) =>
    Array.isArray(value) && key !== "0" ? [] : fieldsOf(one, path === "" ? key : `${path}.${key}`),
  );
  return path === "" ? inside : [path, ...inside];
}

describe("a record", () => {
  it.each([
    ["that is under way", underWay("20261122T175002Z")],
    ["that has ended", ended("20261122T175002Z")],
    [
      "of orphans",
      { ...whole(), plan: { ...(whole()["plan"] as Json), master: null, owner: null } },
    ],
    ["without a file, a link and memory", changed("rescueLink", null)],
    ["of a path without a file", changed("plan.file", null)],
    ["that tells a check", changed("plan.steps.0.check", "its identity is read again")],
    ["with a time to the second", changed("startedAt", "2026-11-22T17:50:02Z")],
    ["that names who was seen below", changed("members", [{ pid: 50, startTicks: 4_950 }])],
    ["that names the directory of the link", changed("folder", { device: 7, inode: 5 })],
    ["of a put-back", changed("puttingBack", true)],
    ["that an older one knew less of", changed("added", "later")],
  ])("%s is one", (_, record) => {
    expect(isRemediationRecord(stored(record as never))).toBe(true);
  });

  it("is none whose members are no processes", () => {
    expect(isRemediationRecord(changed("members", [50]))).toBe(false);
  });

  it.each([
    ["folder", { device: 7 }],
    ["folder", { device: 7, inode: -1 }],
    ["folder", null],
    ["puttingBack", "yes"],
    ["puttingBack", null],
  ])("is none with something else for %s", (path, odd) => {
    expect(isRemediationRecord(changed(path, odd))).toBe(false);
  });

  it.each(remediationOutcomes)("may end with %s", (outcome) => {
    expect(isRemediationRecord(changed("outcome", outcome))).toBe(true);
  });

  it.each(stepNames)("may have the step %s", (step) => {
    expect(isRemediationRecord(changed("steps.0.step", step))).toBe(true);
  });

  it.each(refusalReasons)("may have been refused for %s", (reason) => {
    expect(isRemediationRecord(changed("plan.refusals.0.reason", reason))).toBe(true);
  });

  const fields = fieldsOf(whole());

  it.each(fields)("with something else for %s is none", (path) => {
    for (const odd of [true, { odd: 1 }, [{ odd: 1 }], -1, 0.5, "odd\u0000"]) {
      const free = /\.text$|\.why$|^ending$|\.socket$|\.bootId$/.test(path);
      if (typeof odd === "string" && free) continue;
      if (typeof odd === "boolean" && /dryRun|foundStopped/.test(path)) continue;
      if (odd === 0.5 && /tookMs|graceMs/.test(path)) continue;
      expect(isRemediationRecord(changed(path, odd)), `${path}: ${JSON.stringify(odd)}`).toBe(
        false,
      );
    }
  });

  // the first element of a list may be missing
  it.each(fields.filter((path) => !path.endsWith(".0")))("without %s is none", (path) => {
    expect(isRemediationRecord(changed(path, undefined))).toBe(false);
  });

  it.each([
    ["null", null],
    ["a list", []],
    ["a text", "{}"],
    ["a pid that means every process", changed("plan.workers.0.pid", -1)],
    ["a pid that means a process group", changed("plan.master.pid", 0)],
    ["a pid that is a text", changed("plan.master.pid", "49")],
    ["an id that leads out of the folder", changed("id", "20261122T175002Z-../../etc/passwd")],
    ["a relative link", changed("rescueLink", ".app.sock.onemaster-49")],
    ["an outcome without an end", changed("endedAt", null)],
    ["an end without an outcome", changed("outcome", null)],
    ["a day that there is not", changed("startedAt", "2026-13-22T17:50:02Z")],
    ["another schema", changed("schema", 2)],
  ])("is not %s", (_, odd) => {
    expect(isRemediationRecord(odd)).toBe(false);
  });
});
