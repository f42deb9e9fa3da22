import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../agent/run/settings-document.ts";
import { SettingsError } from "../../../agent/run/settings-error.ts";

function problemsOf(text: string): readonly string[] {
  try {
    parseSettings(text, "f.yml");
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

describe("settings of remediation", () => {
  it.each<[found: string, text: string, problems: string[]]>([
    [
      "a remediation that cannot be",
      "remediation: { mode: yes, grace: 0s, max_per_hour: 0, repair_pidfile: yes, kill: 1 }\n",
      [
        'f.yml:1:22: remediation.mode: found "yes"; write one of off, dry-run, on',
        'f.yml:1:34: remediation.grace: found "0s"; write a time from 1s to 10m',
        "f.yml:1:52: remediation.max_per_hour: found the number 0; write a whole number from 1 to 60, like 1",
        'f.yml:1:71: remediation.repair_pidfile: found "yes"; write true or false',
        "f.yml:1:76: remediation.kill: unknown key; known here: mode, confirm_for, grace, max_per_hour, repair_pidfile",
      ],
    ],
    [
      "a repair while nothing is done",
      "remediation:\n  repair_pidfile: true\n",
      [
        "f.yml:2:19: remediation.repair_pidfile: found true while nothing is done (mode: off); set mode to dry-run or on as well",
      ],
    ],
    [
      "a repair in a dry run, which is one to be told of",
      "sockets: [{ path: /run/a.sock, pidfile: /run/a.pid }]\nremediation: { mode: dry-run, repair_pidfile: true }\n",
      [],
    ],
    [
      "a repair of no pidfile that is named",
      "sockets: [{ path: /run/a.sock }]\nremediation: { mode: on, repair_pidfile: true }\n",
      [
        "f.yml:2:42: remediation.repair_pidfile: found true, but no pidfile to repair; write sockets[].pidfile as well",
      ],
    ],
  ])("with %s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});
