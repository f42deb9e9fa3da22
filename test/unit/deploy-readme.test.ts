import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

const readme = read("README.md");

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

test("deploy/README.md says of every inhibition what Alertmanager's example says, and no other", () => {
  const { inhibit_rules: rules } = parse(read("alertmanager/alertmanager.yml")) as {
    readonly inhibit_rules: readonly InhibitRule[];
  };
  const said = tableAfter("| while this fires").map((row) => row.join(" | "));
  expect(said).toEqual(
    rules.map(({ source_matchers: source, target_matchers: target, equal }) => {
      return [namesIn(source), namesIn(target), placeOf(equal)].join(" | ");
    }),
  );
});

test("deploy/README.md shows the lines of the example for one host", () => {
  const block = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const example = parse(read("prometheus/one-host.yml")) as Readonly<Record<string, unknown>>;
  expect(parse(block)).toEqual({
    rule_files: example["rule_files"],
    scrape_configs: example["scrape_configs"],
  });
});

test("deploy/README.md moves the runbook by the command that the rules name", () => {
  const rules = readFileSync(
    new URL("../../rules/onemaster.rules.yml", import.meta.url).pathname,
    "utf8",
  );
  const command = /^# {3}(sed -i .*)$/m.exec(rules)?.[1];
  expect(readme).toContain(`    ${command}\n`);
});

function read(path: string): string {
  return readFileSync(new URL(`../../deploy/${path}`, import.meta.url).pathname, "utf8");
}

/** The cells of the rows of the table whose head begins with this. */
function tableAfter(head: string): readonly (readonly string[])[] {
  const lines = readme.slice(readme.indexOf(head)).split("\n").slice(2);
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

function namesIn(matchers: readonly string[]): string {
  if (matchers.includes('severity="warning"')) return "every warning";
  const [, names = ""] = /^alertname=~?"(.*)"$/.exec(matchers[0] ?? "") ?? [];
  return names.split("|").join(", ");
}

function placeOf(equal: readonly string[]): string {
  if (equal.includes("socket")) return "host and socket";
  return equal.includes("instance") ? "host" : "cluster";
}
