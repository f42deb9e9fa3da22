import { describe, expect, it } from "vitest";
import { plansText, repairsText } from "../../../agent/cli/remediate-text.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import type { EndingPlan } from "../../../agent/model/remediation.ts";
import type { Report } from "../../../agent/model/report.ts";
import { orphans, plan, refused, repair } from "./remediations.ts";
import {
  denied,
  duplicate,
  group,
  handover,
  noMaster,
  orphaned,
  path,
  report,
  socket,
  unclear,
  unreachable,
} from "./reports.ts";

const plain = { width: 80, colours: coloursFor(false), config: undefined };
const elsewhere = "/run/a folder/it's.sock";
const withGit = socket({
  ...duplicate,
  groups: [
    group("serving", 68),
    group("stale", 49, {
      others: [{ pid: 90, command: `git\u001B[2J ${"fetch ".repeat(10)}` }],
    }),
  ],
});

const cases: [name: string, plans: readonly EndingPlan[], saw: Report][] = [
  ["may-be-ended", [plan()], report([duplicate])],
  ["refused", [refused], report([duplicate])],
  ["orphans", [orphans], report([orphaned])],
  [
    "two-sockets",
    [
      plan(),
      plan({ socket: elsewhere, master: { pid: 7, startTicks: 1 }, refusals: refused.refusals }),
    ],
    report([
      socket({ ...handover, path: "/run/h.sock" }),
      socket({ ...unreachable, path: elsewhere }),
      duplicate,
    ]),
  ],
  [
    "little-known",
    [
      plan({
        owner: null,
        file: null,
        workers: [],
        others: [90, 91],
        reclaimableBytes: null,
        refusals: [{ reason: "no-owner", why: "Nobody owns the path; restart the service." }],
      }),
    ],
    report([withGit], { blind: denied }),
  ],
  ["other-than-reported", [plan({ master: { pid: 49, startTicks: 1 } })], report([duplicate])],
  ["not-in-the-report", [plan({ socket: elsewhere })], report([])],
  ["nothing-to-end", [], report([socket(), socket({ ...handover, path: "/run/h.sock" })])],
  [
    "soon",
    [plan({ refusals: [{ reason: "not-confirmed", why: "it has to last for 30 s" }] })],
    report([duplicate]),
  ],
  ["unreachable", [], report([unreachable])],
  ["nothing-listens", [], report([])],
  ["nothing-asked-for", [], report([noMaster])],
  ["nothing-to-be-told", [], report([unclear], { blind: denied })],
  ["nothing-seen", [], report([], { verdict: "unknown", blind: denied })],
];

/** Without what is to be pasted, which is never broken. */
function prose(text: string): string[] {
  return text.split("\n").filter((line) => !line.includes("/"));
}

describe("plansText", () => {
  it.each(cases)("shows %s", async (name, plans, saw) => {
    await expect(plansText(plans, saw, plain)).toMatchFileSnapshot(`./remediate/${name}.txt`);
  });

  it.each([40, 200])("fits a terminal of %d columns", async (width) => {
    const text = plansText([plan(), refused], report([duplicate]), { ...plain, width });
    await expect(text).toMatchFileSnapshot(`./remediate/wide-${width}.txt`);
  });

  it.each(
    [40, 80, 200].flatMap((width) =>
      cases.map(([name, ...rest]) => [width, name, ...rest] as const),
    ),
  )("keeps within %d columns what it says of %s, but for paths", (width, _, plans, saw) => {
    const lines = prose(plansText(plans, saw, { ...plain, width }));
    expect(lines.filter((line) => Array.from(line).length > width)).toEqual([]);
  });

  it.each(cases)("writes no control character for %s without colour", (_, plans, saw) => {
    // oxlint-disable-next-line no-control-regex -- those are what is looked for
    expect(plansText(plans, saw, plain)).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
  });

  it.each(cases)("paints the same text of %s that it writes without colour", (_, plans, saw) => {
    const painted = plansText(plans, saw, { ...plain, colours: coloursFor(true) });
    // oxlint-disable-next-line no-control-regex -- the colours are taken off
    expect(painted.replaceAll(/\u001B\[\d+m/g, "")).toBe(plansText(plans, saw, plain));
  });

  it.each([
    ["green", 32, "may be ended", plan()],
    ["yellow", 33, "is not ended: 2 reasons", refused],
  ])("paints in %s (%d) that a group %s", (_, code, words, what) => {
    const text = plansText([what], report([duplicate]), { ...plain, colours: coloursFor(true) });
    expect(text).toContain(
      `\u001B[1m\u001B[${code}mstale master 49 with 4 workers ${words}\u001B[39m\u001B[22m`,
    );
  });

  it.each<[string, string | undefined, string, string]>([
    ["the socket", undefined, path, path],
    ["the settings file too", "./one master.yml", path, path],
    [
      "quotes where a shell needs them",
      undefined,
      elsewhere,
      String.raw`'/run/a folder/it'\''s.sock'`,
    ],
  ])("gives a command to paste with %s", (_, config, where, word) => {
    const text = plansText(
      [plan({ socket: where })],
      report([socket({ ...duplicate, path: where })]),
      {
        ...plain,
        config,
      },
    );
    const settings = config === undefined ? "" : " --config './one master.yml'";
    expect(text.trimEnd().split("\n").at(-1)).toBe(
      `  onemaster remediate --yes${settings} --socket ${word}`,
    );
  });

  it("gives no command, and no step to copy, where nothing may be ended", () => {
    const text = plansText([refused], report([duplicate]), plain);
    expect(text).not.toMatch(/--yes|SIGSTOP/);
  });
});

describe("repairsText", () => {
  const blocked = repair({
    path: "/run/other.pid",
    refusals: [{ reason: "not-permitted", why: "/run cannot be written to (EACCES)." }],
  });

  it.each([40, 80])("shows in %d columns what would be written, or why not", async (width) => {
    await expect(repairsText([repair(), blocked], { ...plain, width })).toMatchFileSnapshot(
      `./remediate/repairs-${width}.txt`,
    );
  });

  it("is empty where there is none", () => {
    expect(repairsText([], plain)).toBe("");
  });
});
