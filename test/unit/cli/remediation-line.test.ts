import { describe, expect, it } from "vitest";
import { remediationSentences } from "../../../agent/cli/remediation-line.ts";
import type { RemediationView } from "../../../agent/model/remediation.ts";

const calm: RemediationView = { mode: "off", paused: false, breakerOpen: false, unfinished: [] };

describe("what status says of remediation", () => {
  it.each<[string, RemediationView | undefined, string[]]>([
    ["nothing where it was not looked at", undefined, []],
    ["nothing while nothing is done", calm, []],
    [
      "nothing of a state directory that nobody needs",
      { mode: "off", paused: null, breakerOpen: null, unfinished: null },
      [],
    ],
    ["the mode", { ...calm, mode: "on" }, ["mode on: groups that should not be there are ended"]],
    ["a dry run", { ...calm, mode: "dry-run" }, ["mode dry-run: nothing is ended"]],
    [
      "a pause",
      { ...calm, mode: "on", paused: true },
      [
        "! paused by the file pause in the state directory",
        "mode on: groups that should not be there are ended",
      ],
    ],
    [
      "an open breaker and an unfinished attempt, whatever the mode is",
      { ...calm, breakerOpen: true, unfinished: ["a", "b"] },
      [
        "! under way, or left by an agent that died: a, b; see onemaster remediate",
        "! stopped after two failures in a row; see onemaster incidents, then onemaster remediate --reset-breaker",
      ],
    ],
    [
      "that it could not be told",
      { mode: "on", paused: null, breakerOpen: false, unfinished: [] },
      [
        "! the state directory could not be read: whether it may act is not known",
        "mode on: groups that should not be there are ended",
      ],
    ],
  ])("is %s", (_, view, told) => {
    const said = remediationSentences(view).map(({ text, urgent }) =>
      urgent ? `! ${text}` : text,
    );
    expect(said).toEqual(told);
  });
});
