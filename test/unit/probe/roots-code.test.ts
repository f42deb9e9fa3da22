import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { openToOthers, type RootsGunicorn } from "../../../agent/probe/roots-code.ts";
import { gunicornLine } from "../../../agent/parse/gunicorn-words.ts";

const isRoot = process.getuid?.() === 0;
const owner = 33;

/** A virtual environment and an application, all of root's. Below /: /tmp is everybody's. */
function sound(): string {
  const made = mkdtempSync("/run/om-code-");
  onTestFinished(() => rmSync(made, { recursive: true }));
  chmodSync(made, 0o755);
  put(made, "venv/bin/gunicorn", `#!${made}/venv/bin/python3\n`);
  put(made, "venv/bin/python3", "");
  put(made, "venv/pyvenv.cfg", "");
  put(made, "venv/lib/python3.11/site-packages/gunicorn/__init__.py", "");
  put(made, "app/run.py", "");
  put(made, "theirs/file", "");
  give(made, "theirs");
  return made;
}

function put(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function give(folder: string, name: string): void {
  chownSync(join(folder, name), owner, owner);
}

interface Case {
  readonly make?: (folder: string) => void;
  /** Words of gunicorn's command line; `@` is the folder. */
  readonly words?: string;
  readonly with?: Partial<RootsGunicorn>;
}

function foundFor({ make, words = "", with: change }: Case): readonly string[] {
  const folder = sound();
  make?.(folder);
  const line = gunicornLine(words.replaceAll("@", folder).split(" "));
  const gunicorn: RootsGunicorn = {
    program: join(folder, "venv/bin/gunicorn"),
    chdir: join(folder, "app"),
    settingsFile: line.settingsFile,
    code: [line.code],
    environmentFiles: [],
    environmentTexts: [],
    rootsFiles: [],
    made: [],
    ...change,
  };
  const { paths, problems } = openToOthers(gunicorn, createFiles(createFailureLog()));
  return [...paths.map((path) => path.replace(`${folder}/`, "")), ...problems].map((text) =>
    text.replace(folder, "@"),
  );
}

it.runIf(isRoot)("finds nothing where all is root's", () => {
  expect(
    foundFor({ words: "--worker-tmp-dir /dev/shm --log-config @/app/log.ini run:app" }),
  ).toEqual([]);
});

it.runIf(isRoot).each<readonly [string, Case, string]>([
  ["the working directory", { make: (at) => give(at, "app") }, "app"],
  [
    "a module in it",
    { make: (at) => (put(at, "app/pickle.py", ""), give(at, "app/pickle.py")) },
    "app/pickle.py",
  ],
  ["a package in it", { make: (at) => (put(at, "app/org/x", ""), give(at, "app/org")) }, "app/org"],
  [
    "a module that a link leads to",
    { make: (at) => symlinkSync(join(at, "theirs/none.py"), join(at, "app/pickle.py")) },
    "app/pickle.py",
  ],
  [
    "what Python has made of a module",
    { make: (at) => (put(at, "app/__pycache__/run.pyc", ""), give(at, "app/__pycache__")) },
    "app/__pycache__",
  ],
  [
    "the settings file that nobody names",
    { make: (at) => (put(at, "app/gunicorn.conf.py", ""), give(at, "app/gunicorn.conf.py")) },
    "app/gunicorn.conf.py",
  ],
  ["a settings file", { words: "-c @/theirs/file" }, "theirs/file"],
  ["a settings file by its scheme", { words: "--config file:@/theirs/x.py" }, "theirs/x.py"],
  [
    "a folder that the settings file adds",
    { make: (at) => put(at, "app/gunicorn.conf.py", `pythonpath = "${at}/theirs"\n`) },
    "theirs",
  ],
  ["a folder more to import from", { words: "--pythonpath ../venv,../theirs" }, "app/../theirs"],
  ["a logging configuration", { words: "--log-config @/theirs/file" }, "theirs/file"],
  ["the folder of heartbeats", { words: "--worker-tmp-dir @/theirs" }, "theirs"],
  [
    "a folder that a file of site-packages adds",
    {
      make: (at) => put(at, "venv/lib/python3.11/site-packages/x.pth", `import x\n${at}/theirs\n`),
    },
    "theirs",
  ],
  [
    "an installed package",
    { make: (at) => give(at, "venv/lib/python3.11/site-packages/gunicorn") },
    "venv/lib/python3.11/site-packages/gunicorn",
  ],
  ["the interpreter", { make: (at) => give(at, "venv/bin/python3") }, "venv/bin/python3"],
  [
    "what makes a virtual environment",
    { make: (at) => give(at, "venv/pyvenv.cfg") },
    "venv/pyvenv.cfg",
  ],
  [
    "a program that does not say its Python",
    { make: (at) => put(at, "venv/bin/gunicorn", "#!/usr/bin/env python3\n") },
    "which Python @/venv/bin/gunicorn runs in cannot be told from its first line",
  ],
  [
    "a library that is loaded first",
    { with: { environmentTexts: ['LD_PRELOAD="/x.so"\n'] } },
    "LD_PRELOAD of its environment decides on code that root runs",
  ],
  [
    "a variable in a line that only systemd understands",
    { words: "-e A=b", with: { environmentTexts: ["PYTHONHOME=/a b\n"] } },
    "PYTHONHOME of its environment decides on code that root runs",
  ],
  ["PATH", { with: { environmentTexts: ['PATH="/usr/bin:/var/tmp/bin"\n'] } }, "/var/tmp/bin"],
  [
    "options in the environment",
    { with: { environmentTexts: ['GUNICORN_CMD_ARGS="-c ../theirs/file"\n'] } },
    "app/../theirs/file",
  ],
  [
    "a working directory in the environment",
    { with: { environmentTexts: ['GUNICORN_CMD_ARGS="--chdir ../theirs"\n'] } },
    "app/../theirs",
  ],
  [
    "options that only a shell could tell",
    { with: { environmentTexts: ["GUNICORN_CMD_ARGS='-c $(x)'\n"] } },
    "what GUNICORN_CMD_ARGS says cannot be told",
  ],
  [
    "a search path that cannot be read for certain",
    { with: { environmentTexts: ["PYTHONPATH=/usr/lib\\\n/x\n"] } },
    "what PYTHONPATH of its environment is cannot be told",
  ],
  ["PYTHONPATH", { words: "-e PYTHONPATH=/usr/lib:../theirs" }, "app/../theirs"],
  [
    "everything",
    { with: { chdir: "/" } },
    "/ is not looked through for modules: write --chdir FOLDER",
  ],
])("finds by what others than root decide what root runs: %s", (_, saw, expected) => {
  expect(foundFor(saw)).toContain(expected);
});

it.runIf(isRoot)("finds folders in which root gives files away by their names", () => {
  const folder = sound();
  const found = openToOthers(
    {
      program: join(folder, "venv/bin/gunicorn"),
      chdir: join(folder, "app"),
      settingsFile: undefined,
      code: [],
      environmentFiles: [],
      environmentTexts: [],
      rootsFiles: [],
      made: [join(folder, "theirs/error.log"), join(folder, "app/x.sock")],
    },
    createFiles(createFailureLog()),
  );
  expect(found).toEqual({ paths: [join(folder, "theirs")], problems: [] });
});
