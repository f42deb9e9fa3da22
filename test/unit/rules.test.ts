import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { promtool } from "./expose/promtool.ts";

const root = new URL("../../", import.meta.url);
const rulesFile = "rules/onemaster.rules.yml";
const storiesFile = "rules/tests/onemaster.test.yml";

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Story {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts?: readonly unknown[];
  }[];
}

function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

const { groups } = parse(read(rulesFile)) as {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);
const names = alerts.map(({ alert }) => alert);
const checks = (parse(read(storiesFile)) as { readonly tests: readonly Story[] }).tests.flatMap(
  (story) => story.alert_rule_test,
);

describe("the alerting rules", () => {
  it("are sound to promtool", (context) => {
    const { status, output } = promtool(context, ["check", "rules", pathOf(rulesFile)]);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining(`SUCCESS: ${alerts.length} rules found`) as string,
    });
  });

  it("tell their stories", (context) => {
    const { status, output } = promtool(context, ["test", "rules", pathOf(storiesFile)]);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS") as string,
    });
  });

  it.each(alerts)("$alert says how bad it is, what it is and where to read on", (alert) => {
    expect(["page", "warning"]).toContain(alert.labels["severity"]);
    expect(Object.keys(alert.annotations)).toEqual(["summary", "description", "runbook_url"]);
    expect(alert.annotations["runbook_url"]).toBe(`rules/runbook.md#${alert.alert.toLowerCase()}`);
  });

  it.each(names)("%s has a story in which it fires and one in which it is quiet", (name) => {
    const own = checks.filter(({ alertname }) => alertname === name);
    expect(own.some(({ exp_alerts: fired = [] }) => fired.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts: fired = [] }) => fired.length === 0)).toBe(true);
  });

  it.each(alerts)("$alert stands on metrics that the agent has", ({ expr, annotations }) => {
    const page = read("test/unit/expose/two-masters.metrics.txt");
    const used = `${expr} ${annotations["description"]}`.match(/onemaster_\w+/g) ?? ["up"];
    for (const metric of used.filter((one) => one !== "up")) {
      expect(page).toContain(`# TYPE ${metric} `);
    }
  });
});

describe("the runbook", () => {
  const runbook = read("rules/runbook.md");

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

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, root));
}
