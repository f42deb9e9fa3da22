import { describe, expect, it } from "vitest";
import type { Done, Hands } from "../../../agent/model/acting.ts";
import type { RemediationMode } from "../../../agent/model/remediation.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { rightsToAct } from "../../../agent/run/remediation-rights.ts";
import { duplicate, report } from "../cli/reports.ts";

function told(mode: RemediationMode, done: Done, seen = report([duplicate])): string | undefined {
  const hands: Hands = {
    signal(_, sent) {
      if (sent !== 0) throw new Error("only 0 may be sent");
      return done;
    },
    link: () => ({ kind: "failed", why: "nothing is linked" }),
    unlink: () => ({ kind: "failed", why: "nothing is unlinked" }),
  };
  const line = rightsToAct(seen, { ...defaultSettings.remediation, mode }, hands);
  return line === undefined ? undefined : `${line.level}: ${line.text}`;
}

describe("what is said at the start about the right to act", () => {
  it.each<[string, string | undefined, string | undefined]>([
    ["nothing while the mode is off", told("off", { kind: "denied", why: "EPERM" }), undefined],
    [
      "that groups may be signalled",
      told("on", { kind: "done" }),
      "info: remediation.mode is on, and groups here may be signalled",
    ],
    [
      "that nothing can be ended, and what to grant",
      told("dry-run", { kind: "denied", why: "EPERM" }),
      "warn: remediation.mode is dry-run, but process 68 must not be signalled (EPERM): " +
        "nothing can be ended; run as root, or grant CAP_KILL",
    ],
    [
      "that it could not be tried",
      told("on", { kind: "done" }, report([])),
      "info: remediation.mode is on; no gunicorn runs here to try it on",
    ],
    [
      "nothing bad of a process that has left since",
      told("on", { kind: "gone" }),
      "info: remediation.mode is on, and groups here may be signalled",
    ],
  ])("is %s", (_, said, expected) => {
    expect(said).toBe(expected);
  });
});
