import { describe, expect, it } from "vitest";
import { readAgentLine } from "../../soak/claim.ts";

const socket = "/run/app.sock";
const time = "2026-11-22T17:52:07.186Z";

function line(entry: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level: 30, time, msg: "said", ...entry });
}

describe("a line of the agent's log", () => {
  it("is a claim with those that it calls stale", () => {
    const groups = [
      { role: "serving", listener: { inode: 8 }, master: { pid: 3, startTicks: 30 } },
      { role: "stale", listener: { inode: 7 }, master: { pid: 1, startTicks: 10 } },
    ];
    const text = line({ level: 40, socket, verdict: "duplicate", confirmed: true, groups });
    expect(readAgentLine(text)).toEqual({
      kind: "claim",
      claim: {
        atMs: Date.parse(time),
        scannedMs: undefined,
        socket,
        verdict: "duplicate",
        confirmed: true,
        stale: [{ pid: 1, startTicks: 10, inode: 7 }],
        message: "said",
      },
    });
  });

  it("is a claim when it says that no gunicorn is left", () => {
    expect(readAgentLine(line({ socket, verdict: null, previous: "one-master" }))).toMatchObject({
      kind: "claim",
      claim: { verdict: null, confirmed: false, stale: [] },
    });
  });

  const since = "2026-11-22T17:52:07.000Z";
  const findings = [{ kind: "handover", since }];
  const successor = [{ role: "successor", listener: { inode: 7 }, master: null }];

  it.each<[what: string, entry: Readonly<Record<string, unknown>>, known: boolean]>([
    ["known for what is new", { verdict: "handover", previous: "one-master" }, true],
    ["not known for what goes on", { verdict: "handover", previous: "handover" }, false],
    ["not known for a duplicate", { verdict: "duplicate", previous: "one-master" }, false],
    ["not known for an upgrade", { verdict: "handover", previous: null, groups: successor }, false],
    ["not known where nothing is wrong", { verdict: "one-master", findings: [] }, false],
  ])("the time of the scan is %s", (_, entry, known) => {
    const read = readAgentLine(line({ socket, findings, ...entry }));
    const scannedMs = known ? Date.parse(since) : undefined;
    expect(read).toMatchObject({ kind: "claim", claim: { scannedMs } });
  });

  it("tells what could not be seen, one entry each", () => {
    const blind = [
      { what: "fd-links", pid: 8, reason: "denied" },
      { what: "path", reason: "EIO" },
    ];
    expect(readAgentLine(line({ level: 40, blind }))).toMatchObject({
      kind: "blind",
      what: ["fd-links", "path"],
    });
  });

  it.each([
    ["one that says it failed", line({ level: 50, msg: "a scan failed" })],
    ["a stack trace", "    at file:///usr/local/lib/onemaster/onemaster.mjs:1:2"],
    ["a verdict that there is not", line({ socket, verdict: "fine" })],
    ["a claim about no socket", line({ verdict: "one-master" })],
    ["a claim without a time", line({ time: "soon", socket, verdict: "one-master" })],
    ["JSON that is no object", "null"],
  ])("is an error of the agent: %s", (_, text) => {
    expect(readAgentLine(text).kind).toBe("error");
  });

  it("is something else otherwise", () => {
    expect(readAgentLine(line({ msg: "stopping" }))).toEqual({
      kind: "other",
      message: "stopping",
    });
  });
});
