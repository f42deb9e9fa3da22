import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...below("deploy", "rules")];

/** The files of the package by path, without a slash at their beginning; documents as they were. */
const installed = packageFiles();

describe("in the checkout", () => {
  test.each(documents.filter((path) => path.endsWith(".md")))(
    "%s has links that lead on",
    (path) => {
      const dead = linksIn(textOf(path)).filter(({ target, part }) => {
        const to = target === "" ? path : posix.join(posix.dirname(path), target);
        if (!existsSync(root + to)) return true;
        return (
          part !== undefined && !(statSync(root + to).isFile() && headings(textOf(to)).has(part))
        );
      });
      expect(dead).toEqual([]);
    },
  );

  test("no document, example, rule or text of the program names a file that the package has not", () => {
    const missing = [...documents, ...below("agent")].flatMap((path) =>
      [...textOf(path).matchAll(/(?<![\w.])\/(usr\/share\/onemaster\/[\w./-]*\w)/g)]
        .map(([, to = ""]) => to)
        .filter((to) => !isInstalled(to))
        .map((to) => ({ path, to })),
    );
    expect(missing).toEqual([]);
  });
});

describe("in the package", () => {
  test.each([...installed].filter(([path]) => /\.md(?:\.gz)?$/.test(path)))(
    "%s has links that lead on",
    (path, text) => {
      const dead = linksIn(text).filter(({ target, part }) => {
        const to = target === "" ? path : posix.resolve("/", posix.dirname(path), target).slice(1);
        if (!isInstalled(to)) return true;
        return part !== undefined && !headings(installed.get(to) ?? "").has(part);
      });
      expect(dead).toEqual([]);
    },
  );

  test("the front page leads to the documents beside it, and names what stays behind", () => {
    const text = installed.get("usr/share/doc/onemaster/README.md.gz") ?? "";
    expect(text).toContain("](/usr/share/onemaster/packages.md)");
    expect(text).toContain("](/usr/share/onemaster/rules)");
    expect(text).toMatch(/(?<!\[)CONTRIBUTING\.md(?!\]|\))/);
  });

  test("the files that an example is installed from are in its folder", () => {
    const folder = "usr/share/onemaster/textfile";
    const unit = installed.get(`${folder}/onemaster-textfile.service`) ?? "";
    const [, files = ""] = /install -m 644 (.*) \/etc\/systemd\/system\/$/m.exec(unit) ?? [];
    expect(files.split(" ").filter((name) => !installed.has(`${folder}/${name}`))).toEqual([]);
  });
});

interface Link {
  readonly target: string;
  readonly part: string | undefined;
}

/** Links that do not begin with a scheme, such as https. */
function linksIn(text: string): readonly Link[] {
  return [...text.matchAll(/\]\(([^)#\s:]*)(?:#([^)\s]*))?\)/g)].map(([, target = "", part]) => ({
    target,
    part,
  }));
}

/** What GitHub makes of the headings of a document. */
function headings(text: string): ReadonlySet<string> {
  const found = [...text.matchAll(/^#+ (.*)$/gm)].map(([, words = ""]) =>
    words
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return new Set(found);
}

function isInstalled(path: string): boolean {
  const folder = path.replace(/\/$/, "");
  return installed.has(folder) || [...installed.keys()].some((at) => at.startsWith(`${folder}/`));
}

function packageFiles(): ReadonlyMap<string, string> {
  const script = `
    import { packageFiles } from "${root}scripts/package/files.mjs";
    const files = [...packageFiles({ copyright: "", changelog: "" })];
    console.log(JSON.stringify(files.map(([path, { content }]) => [path, content.toString("base64")])));
  `;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const files = JSON.parse(said) as readonly (readonly [string, string])[];
  return new Map(
    files.map(([path, encoded]) => {
      const content = Buffer.from(encoded, "base64");
      return [path, (path.endsWith(".gz") ? gunzipSync(content) : content).toString()];
    }),
  );
}

function below(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath, entry.name).slice(root.length)),
  );
}

function textOf(path: string): string {
  return readFileSync(root + path, "utf8");
}
