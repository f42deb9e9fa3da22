import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { documents } from "../../../agent/cli/documents.ts";
import { run } from "./fake-surroundings.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bashScript = `${root}deploy/completion/onemaster.bash`;

function has(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

describe("files made from the help", () => {
  it.each(documents().map(({ path, text }) => [path, text]))(
    "%s is up to date (see scripts/generate-docs.ts)",
    (path, text) => {
      expect(readFileSync(root + path, "utf8")).toBe(text);
    },
  );

  it.each(["bash", "zsh", "fish"])("completion %s prints the file", async (shell) => {
    const path = `${root}deploy/completion/onemaster.${shell}`;
    expect(await run(["completion", shell])).toMatchObject({
      exitCode: 0,
      stdout: readFileSync(path, "utf8"),
      stderr: "",
    });
  });

  // a shell or groff that is not installed shows as a skipped test
  for (const shell of ["bash", "zsh", "fish"]) {
    it.skipIf(!has(shell))(`${shell} can read its script`, () => {
      const script = `${root}deploy/completion/onemaster.${shell}`;
      const { stderr, status } = spawnSync(shell, ["-n", script], { encoding: "utf8" });
      expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    });
  }

  it.skipIf(!has("groff"))("groff has nothing to say against the manual page", () => {
    const page = `${root}deploy/man/onemaster.1`;
    const { stderr, status } = spawnSync("groff", ["-ww", "-man", "-Tutf8", "-z", page], {
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});

/** What bash offers for the last of the words, sorted. */
function offered(words: readonly string[], directory = root): string[] {
  const program = `
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _onemaster
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", program, "bash", bashScript, ...words], {
    cwd: directory,
    encoding: "utf8",
  });
  return output
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

const anywhere = ["--config", "--help", "--no-color", "--socket", "--version", "-V", "-h"];

describe("completion in bash", () => {
  it.each<[typed: string, offers: string[]]>([
    [
      "onemaster ",
      [
        "audit",
        "check",
        "completion",
        "config",
        "cutover",
        "drill",
        "gate",
        "history",
        "incidents",
        "remediate",
        "run",
        "status",
      ],
    ],
    ["onemaster c", ["check", "completion", "config", "cutover"]],
    ["onemaster --config x.yml st", ["status"]],
    ["onemaster --config status st", ["status"]],
    ["onemaster -", anywhere],
    ["onemaster status -", [...anywhere, "--json", "--textfile", "--watch"].toSorted()],
    ["onemaster status --w", ["--watch"]],
    ["onemaster status ", []],
    [
      "onemaster remediate -",
      [...anywhere, "--dry-run", "--json", "--reset-breaker", "--yes"].toSorted(),
    ],
    ["onemaster config ", ["check", "show"]],
    ["onemaster cutover ", ["apply", "plan", "rollback", "verify"]],
    ["onemaster incidents ", ["show"]],
    ["onemaster history --error-log tsconfig.js", ["tsconfig.json"]],
    ["onemaster config show -", [...anywhere, "--json"].toSorted()],
    ["onemaster --no-color completion ", ["bash", "fish", "zsh"]],
    ["onemaster completion f", ["fish"]],
    ["onemaster config check tsconfig.js", ["tsconfig.json"]],
    ["onemaster --config tsconfig.js", ["tsconfig.json"]],
    ["onemaster status --socket tsconfig.js", ["tsconfig.json"]],
  ])("offers for %j what can follow", (typed, offers) => {
    expect(offered(typed.split(" "))).toEqual(offers);
  });
});

describe.skipIf(!has("fish"))("completion in fish", () => {
  it.each<[typed: string, offers: string[]]>([
    ["onemaster c", ["check", "completion", "config", "cutover"]],
    ["onemaster --config status st", ["status"]],
    ["onemaster status --w", ["--watch"]],
    ["onemaster config ", ["check", "show"]],
    ["onemaster incidents ", ["show"]],
    ["onemaster history --error-log tsconfig.js", ["tsconfig.json"]],
    ["onemaster --no-color completion ", ["bash", "fish", "zsh"]],
    ["onemaster config check tsconfig.js", ["tsconfig.json"]],
    ["onemaster --config tsconfig.js", ["tsconfig.json"]],
  ])("offers for %j what can follow", (typed, offers) => {
    const program = `source ${root}deploy/completion/onemaster.fish; complete -C ${JSON.stringify(typed)}`;
    const output = execFileSync("fish", ["--no-config", "-c", program], {
      cwd: root,
      encoding: "utf8",
    });
    const words = output.split("\n").map((line) => line.split("\t")[0] ?? "");
    expect(words.filter((word) => word !== "").toSorted()).toEqual(offers);
  });
});
