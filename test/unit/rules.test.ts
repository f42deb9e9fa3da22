import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { promtool, promtoolLimit } from "./expose/promtool.ts";

const rulesFolder = fileURLToPath(new URL("../../rules/", import.meta.url));
const storiesFolder = join(rulesFolder, "tests");
const rulesFiles = ["onemaster", "onemaster-fleet-records", "onemaster-fleet"].map(
  (name) => `${name}.rules.yml`,
);

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Story {
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts?: readonly {
      readonly exp_labels: Readonly<Record<string, string>>;
    }[];
  }[];
  readonly promql_expr_test?: readonly { readonly expr: string }[];
}

const rules = rulesFiles.flatMap((file) => rulesIn(read(join(rulesFolder, file))));
const alerts = rules.flatMap(({ alert, labels = {}, annotations = {}, expr }) =>
  alert === undefined ? [] : [{ alert, expr, labels, annotations }],
);
const records = rules.flatMap(({ record }) => record ?? []);
const names = alerts.map(({ alert }) => alert);
const storyFiles = readdirSync(storiesFolder);
const stories = storyFiles.flatMap(
  (file) => (parse(read(join(storiesFolder, file))) as { readonly tests: readonly Story[] }).tests,
);
const checks = stories.flatMap((story) => story.alert_rule_test ?? []);

/** The contract with whoever routes: severity, and the label that says what it is about. */
const contract: Readonly<Record<string, readonly [severity: string, about: string | undefined]>> = {
  OnemasterDuplicateMaster: ["critical", "socket"],
  OnemasterSocketUnreachable: ["critical", "socket"],
  OnemasterNoMaster: ["critical", "socket"],
  OnemasterOrphanedWorkers: ["warning", "socket"],
  OnemasterOrphanMemory: ["warning", "socket"],
  OnemasterHandoverStuck: ["warning", "socket"],
  OnemasterUnitWillDuplicate: ["warning", "unit"],
  OnemasterLeftoversAfterStop: ["warning", "unit"],
  OnemasterRemediationFailed: ["warning", "socket"],
  OnemasterBreakerOpen: ["warning", undefined],
  OnemasterBlind: ["warning", "what"],
  OnemasterDown: ["critical", undefined],
  OnemasterScansLate: ["warning", undefined],
  OnemasterSettingsRefused: ["warning", undefined],
  OnemasterFleetDuplicates: ["critical", undefined],
  OnemasterFleetUnserved: ["critical", undefined],
  OnemasterFleetDown: ["critical", undefined],
  OnemasterFleetBlind: ["warning", undefined],
};

/** What the example scrape settings give a target. */
const targetLabels = ["job", "instance", "cluster"];

describe("the rules", () => {
  it.for(rulesFiles)("%s is sound to promtool", promtoolLimit, (file, context) => {
    const path = join(rulesFolder, file);
    const { status, output } = promtool(context, ["check", "rules", path]);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining(`SUCCESS: ${rulesIn(read(path)).length} rules`) as string,
    });
  });

  it.for(storyFiles)("tell the stories of %s", promtoolLimit, (file, context) => {
    const { status, output } = promtool(context, ["test", "rules", join(storiesFolder, file)]);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS") as string,
    });
  });

  it("are the alerts that people route by, each with its severity", () => {
    expect(Object.fromEntries(alerts.map(({ alert, labels }) => [alert, labels]))).toEqual(
      Object.fromEntries(
        Object.entries(contract).map(([name, [severity]]) => [name, { severity }]),
      ),
    );
  });

  it.each(names)("%s has no label but its severity, what it is about and its target's", (name) => {
    const [severity, about] = contract[name] ?? [];
    const fired = checks
      .filter(({ alertname }) => alertname === name)
      .flatMap(({ exp_alerts = [] }) => exp_alerts)
      .map(({ exp_labels }) => exp_labels);
    expect(fired).not.toEqual([]);
    for (const labels of fired) {
      const own = Object.entries(labels).filter(([label]) => !targetLabels.includes(label));
      const expected = { severity, ...(about === undefined ? {} : { [about]: labels[about] }) };
      expect(Object.fromEntries(own)).toEqual(expected);
    }
  });

  it.each(alerts)("$alert says what it is, what to do and where to read on", (alert) => {
    expect(Object.keys(alert.annotations)).toEqual(["summary", "description", "runbook_url"]);
    expect(alert.annotations["runbook_url"]).toBe(`rules/runbook.md#${alert.alert.toLowerCase()}`);
  });

  it.each(names)("%s has a story in which it fires and one in which it is quiet", (name) => {
    const own = checks.filter(({ alertname }) => alertname === name);
    expect(own.some(({ exp_alerts: fired = [] }) => fired.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts: fired = [] }) => fired.length === 0)).toBe(true);
  });

  it.each(records)("%s has a story", (name) => {
    const told = stories.flatMap(({ promql_expr_test = [] }) => promql_expr_test);
    expect(told.some(({ expr }) => expr.includes(name))).toBe(true);
  });

  it.each(rules)("$alert$record stands on metrics that the agent has", (rule) => {
    const page = readFileSync(
      new URL("expose/two-masters.metrics.txt", import.meta.url).pathname,
      "utf8",
    );
    const used = `${rule.expr} ${rule.annotations?.["description"]}`.matchAll(
      /(?<![:\w])(onemaster_\w+)/g,
    );
    for (const [metric] of used) expect(page).toContain(`# TYPE ${metric} `);
  });

  it(
    "take another place of the runbook by the command that their file names",
    promtoolLimit,
    (context) => {
      const folder = temporaryFolder("rules");
      for (const file of rulesFiles) cpSync(join(rulesFolder, file), join(folder, file));
      const text = read(join(rulesFolder, "onemaster.rules.yml"));
      const command = /^# {3}(sed -i .*)$/m.exec(text)?.[1] ?? "";
      execFileSync("sh", ["-ec", command], { cwd: folder });
      const moved = rulesFiles.flatMap((file) => rulesIn(read(join(folder, file))));
      expect(moved.flatMap(({ annotations }) => annotations?.["runbook_url"] ?? [])).toEqual(
        names.map((name) => `https://wiki.example.org/onemaster#${name.toLowerCase()}`),
      );
      const files = rulesFiles.map((file) => join(folder, file));
      expect(promtool(context, ["check", "rules", ...files]).status).toBe(0);
    },
  );
});

describe("the runbook", () => {
  const runbook = read(join(rulesFolder, "runbook.md"));

  it("has a heading for every alert, in their order, and none beside", () => {
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(names);
  });

  it.each(names)("says of %s where to look, what the cause is and how to act", (name) => {
    const section = runbook.split(`## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
    expect([...section.matchAll(/^\*\*(.+)\*\*$/gm)].map((match) => match[1])).toEqual([
      "Look",
      "Cause",
      "Act",
    ]);
  });

  it("forbids the signals on which a stale master deletes the live socket file", () => {
    expect(runbook).toContain("**Never send TERM, INT, QUIT or HUP to a stale master.**");
  });
});

function read(path: string): string {
  return readFileSync(path, "utf8");
}

function rulesIn(text: string): readonly Rule[] {
  const { groups } = parse(text) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups.flatMap((group) => group.rules);
}
