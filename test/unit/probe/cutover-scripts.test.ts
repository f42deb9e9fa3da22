import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { readNginx } from "../../../agent/probe/cutover-nginx.ts";
import { readScripts } from "../../../agent/probe/cutover-scripts.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { testFolder } from "../../support/folder.ts";

const files = createFiles(createFailureLog());

/** A folder with these files; `ROOT` in them stands for its path. */
function folderWith(texts: Readonly<Record<string, string | Buffer>>): string {
  const root = testFolder().path;
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    const whole = typeof text === "string" ? text.replaceAll("ROOT", root) : text;
    writeFileSync(join(root, name), whole);
  }
  return root;
}

function scriptsIn(texts: Readonly<Record<string, string | Buffer>>) {
  const root = folderWith(texts);
  const read = readScripts(join(root, "init"), files);
  const [launch] = read.launches;
  return {
    ...read,
    launcher: read.launcher?.replace(root, ""),
    source: launch?.source.replace(root, ""),
    app: launch?.line.app,
    program: launch?.program,
    isWhole: launch?.isWhole,
  };
}

it.each<[string, Readonly<Record<string, string | Buffer>>, object]>([
  [
    "the init script itself",
    { init: "#!/bin/sh\ncd /srv\n/venv/bin/gunicorn -D a:b\n" },
    { source: "/init line 3", program: "/venv/bin/gunicorn", app: "a:b", launcher: undefined },
  ],
  [
    "a Python launcher by a relative name",
    {
      init: "cd ROOT/app\npython start.py\n",
      "app/start.py": 'import os\nos.system("gunicorn a:b")',
    },
    { source: "/app/start.py line 2", launcher: "/app/start.py", app: "a:b", isWhole: true },
  ],
  [
    "a shell script that a shell script runs",
    { init: "ROOT/one.sh start\n", "one.sh": "exec sh ROOT/two.sh", "two.sh": 'gunicorn "$X" a:b' },
    { source: "/two.sh line 1", launcher: "/two.sh", app: "a:b", isWhole: false },
  ],
  [
    "a launcher by its first line",
    { init: "ROOT/start\n", start: '#!/usr/bin/env python3\nrun(["gunicorn", "a:b"], env=e)\n' },
    { source: "/start line 2", app: "a:b", ownEnvironment: true },
  ],
  ["a ring of scripts", { init: "sh ROOT/init\n" }, { source: undefined, launches: [] }],
  [
    "a program that is no text",
    { init: "ROOT/elf\n", elf: Buffer.from("\x7fELF\0") },
    { launches: [] },
  ],
  [
    "a script that is not there",
    { init: "sh ROOT/none\npython\n./x\ncd $X\n./y\n" },
    { launches: [] },
  ],
  ["no init script", {}, { launches: [], launcher: undefined }],
])("finds gunicorn in %s", (_, texts, found) => {
  expect(scriptsIn(texts)).toMatchObject(found);
});

it("reads the files that scripts read in, and says what gunicorn gets of them", () => {
  const init = "set -a\n. ROOT/default\nset +a\nPLAIN=1\ngunicorn -w $WORKERS a:b\n";
  const { sourced, exported, launches } = scriptsIn({ init, default: "WORKERS=3\n" });
  expect(sourced).toMatchObject([{ values: new Map([["WORKERS", "3"]]), shellOnly: [] }]);
  expect([...exported]).toEqual([["WORKERS", "3"]]);
  expect(launches[0]?.line.workers).toBe(3);
});

const site = "server { listen 81; location / { proxy_pass http://unix:/a.sock; } }";

it.each<[string, Readonly<Record<string, string>>, object]>([
  ["is not there", {}, { kind: "absent" }],
  [
    "has it in its own file",
    { "nginx.conf": `http { ${site} }` },
    { kind: "read", sites: [{ url: "http://127.0.0.1:81/" }] },
  ],
  [
    "has it in a folder of sites",
    {
      "nginx.conf": "http { include sites/*.conf; }",
      "sites/b.conf": site,
      "sites/.c.conf": site,
      "sites/d.off": site,
    },
    { kind: "read", sites: [{ url: "http://127.0.0.1:81/" }] },
  ],
  [
    "has it in a file by its name",
    { "nginx.conf": "http { include ROOT/x; }", x: site },
    { kind: "read", sites: [{ url: "http://127.0.0.1:81/" }] },
  ],
  ["includes itself", { "nginx.conf": "include nginx.conf;" }, { kind: "read", sites: [] }],
  [
    "includes what is not there, of no folder either",
    { "nginx.conf": "include none/*; include;" },
    { kind: "read", sites: [] },
  ],
])("nginx %s", (_, texts, found) => {
  const root = folderWith(texts);
  expect(readNginx(root, "/a.sock", files)).toMatchObject(found);
});

it("says which file of nginx could not be read", () => {
  const root = folderWith({ "nginx.conf": "include missing.conf;" });
  const why = `${root}/missing.conf could not be read: ENOENT`;
  expect(readNginx(root, "/a.sock", files)).toEqual({ kind: "unreadable", why });
});
