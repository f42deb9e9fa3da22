import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alertRules } from "../../agent/detect/alert-rules.ts";
import { annotationsOf } from "../../agent/detect/alert-texts.ts";
import { type AlertName, alertNames } from "../../agent/model/alert.ts";
import { parseDuration } from "../../agent/parse/duration.ts";
import { sight } from "./detect/alert-sight.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const { groups } = parse(read("rules/onemaster.rules.yml")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const page = read("test/unit/expose/two-masters.metrics.txt");

/** Labels that a rule leaves on its alert, those of the target aside. */
function labelsLeft({ expr }: Rule): readonly string[] {
  const dropped = [...expr.matchAll(/without \(([^)]*)\)/g)].flatMap(([, names = ""]) =>
    names.split(/,\s*/),
  );
  const metrics = [...new Set(expr.match(/onemaster_\w+/g))];
  const names = metrics.flatMap((metric) => {
    const [, labels = ""] = new RegExp(`^${metric}\\{(.*)\\} \\S+$`, "m").exec(page) ?? [];
    return [...labels.matchAll(/(\w+)="/g)].map(([, name = ""]) => name);
  });
  return [...new Set(names)].filter((name) => !dropped.includes(name));
}

/** Prometheus has no time below which a duplicate is only suspected: see `alertRules`. */
const waitsLonger: Partial<Record<AlertName, number>> = { OnemasterDuplicateMaster: 60_000 };

describe("a pushed alert and the one that its rule makes", () => {
  it.each(alertNames)("%s: one name, severity and set of labels", (name) => {
    const rule = rules.find(({ alert }) => alert === name);
    const { severity, label, forMs } = alertRules[name];
    expect(rule?.labels).toEqual({ severity });
    expect(rule && labelsLeft(rule)).toEqual(label === undefined ? [] : [label]);
    expect(parseDuration(rule?.for ?? "0s")).toBe(waitsLonger[name] ?? forMs);
    const { runbook_url: runbook } = annotationsOf({ name, about: "x" }, sight());
    expect(rule?.annotations["runbook_url"]).toBe(runbook);
  });
});
