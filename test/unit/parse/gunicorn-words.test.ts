import { describe, expect, it } from "vitest";
import { gunicornIn, gunicornLine } from "../../../agent/parse/gunicorn-words.ts";
import type { GunicornLine } from "../../../agent/model/gunicorn-line.ts";

const production = (
  "-w 4 --daemon --pid gunicorn.pid -b unix:a.sock -m 007 -g www-data -u www-data --chdir=/srv " +
  "--log-level debug --access-logfile /l/access.log --capture-output --log-file /l/error.log run:app"
).split(" ");
const kept =
  "--log-level debug --access-logfile /l/access.log --capture-output --log-file /l/error.log";

describe("a gunicorn command line", () => {
  it("is taken apart as in production", () => {
    expect(gunicornLine(production)).toEqual({
      kept: kept.split(" "),
      binds: ["unix:a.sock"],
      pidfile: "gunicorn.pid",
      daemon: true,
      user: "www-data",
      group: "www-data",
      initGroups: false,
      chdir: "/srv",
      workers: 4,
      umask: 7,
      settingsFile: undefined,
      code: { folders: [], files: [], scratch: [], variables: [] },
      logs: ["/l/access.log", "/l/error.log"],
      graceSeconds: undefined,
      app: "run:app",
      unknown: [],
    } satisfies GunicornLine);
  });

  it.each<[string, (string | null)[], Partial<GunicornLine>]>([
    ["nothing", [], { kept: [], app: undefined, workers: undefined, daemon: false }],
    [
      "values in the same word",
      ["-w4", "-bunix:x", "-p=g.pid"],
      { workers: 4, binds: ["unix:x"], pidfile: "g.pid" },
    ],
    ["values after a sign", ["--workers=4", "--bind=unix:x"], { workers: 4, binds: ["unix:x"] }],
    [
      "beginnings of names",
      ["--worker-cl", "gevent", "--daem"],
      { kept: ["--worker-cl", "gevent"], daemon: true },
    ],
    [
      "the last of several",
      ["-w", "2", "-w", "4", "-p", "a", "-p", "b"],
      { workers: 4, pidfile: "b" },
    ],
    ["several binds", ["-b", "unix:x", "-b", ":80"], { binds: ["unix:x", ":80"] }],
    ["-D and -R", ["-D", "-R", "a:b"], { daemon: true, kept: ["-R"], app: "a:b" }],
    [
      "an application amid options",
      ["-w", "4", "a:b", "--preload"],
      { app: "a:b", kept: ["--preload"] },
    ],
    ["a dash, which is no option", ["-"], { app: "-" }],
    ["a value that is missing", ["a:b", "-w"], { workers: undefined, app: "a:b" }],
    ["a long option whose value is missing", ["a:b", "--name"], { kept: ["--name"] }],
    ["words that are no numbers", ["-w", "x", "-m", "y"], { workers: undefined, umask: undefined }],
    ["a decimal mask", ["-m", "18"], { umask: 18 }],
    ["an octal mask", ["--umask", "022"], { umask: 18 }],
    ["a settings file", ["-c", "g.py"], { settingsFile: "g.py", kept: ["-c", "g.py"] }],
    ["the log on stdout", ["--log-file", "-", "--error-logfile", "/e"], { logs: ["/e"] }],
    ["a time for a graceful stop", ["--graceful-timeout", "90"], { graceSeconds: 90 }],
    ["--initgroups", ["--initgroups"], { initGroups: true, kept: [] }],
    [
      "an option of tomorrow",
      ["--new-thing", "7", "a:b"],
      { unknown: ["--new-thing"], kept: ["--new-thing"] },
    ],
    ["a beginning of several names", ["--log", "x"], { unknown: ["--log"] }],
    ["a letter of tomorrow", ["-z"], { unknown: ["-z"], kept: ["-z"] }],
    [
      "words that are not known",
      ["--timeout", null, "-w", null, null, "a:b"],
      { kept: ["--timeout", "…", "…"], workers: undefined, app: "a:b" },
    ],
    ["a word with a double dash alone", ["--"], { unknown: ["--"] }],
  ])("is read with %s", (_, words, line) => {
    expect(gunicornLine(words)).toMatchObject(line);
  });
});

describe("gunicorn in a command", () => {
  it.each<[string, (string | null)[], string | undefined]>([
    ["by its name", ["gunicorn", "a"], "gunicorn"],
    ["by its path", ["/venv/bin/gunicorn3", "a"], "/venv/bin/gunicorn3"],
    [
      "through its interpreter",
      ["/usr/bin/python3.11", "/usr/bin/gunicorn", "a"],
      "/usr/bin/gunicorn",
    ],
    ["as a module", ["/venv/bin/python", "-m", "gunicorn", "a"], "/venv/bin/gunicorn"],
    ["as a module of the Python in the PATH", ["python3", "-m", "gunicorn"], "gunicorn"],
    ["as an argument of another program", ["pkill", "gunicorn"], undefined],
    ["as a module of what is not known", [null, "-m", "gunicorn"], undefined],
    ["after what is not known", [null, "gunicorn"], undefined],
    ["nowhere", ["a", null], undefined],
    ["as part of a name", ["mygunicorn"], undefined],
  ])("is found %s", (_, words, program) => {
    expect(gunicornIn(words)?.program).toBe(program);
  });

  it("has the words behind it", () => {
    expect(gunicornIn(["python3", "-m", "gunicorn", "-w", null])?.rest).toEqual(["-w", null]);
  });
});
