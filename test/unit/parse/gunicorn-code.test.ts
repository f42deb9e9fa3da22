import { expect, it } from "vitest";
import type { GunicornCode } from "../../../agent/model/gunicorn-line.ts";
import { settingsCode } from "../../../agent/parse/gunicorn-code.ts";
import { gunicornLine } from "../../../agent/parse/gunicorn-words.ts";

const none: GunicornCode = { folders: [], files: [], scratch: [], variables: [] };

it.each<readonly [string, string, Partial<GunicornCode>]>([
  ["what only workers load", "-k gthread run:app", {}],
  ["every folder of --pythonpath", "--pythonpath lib,/srv/more", { folders: ["lib", "/srv/more"] }],
  ["an option that is cut short", "--pythonp=lib", { folders: ["lib"] }],
  [
    "the folder that a later option takes back",
    "--pythonpath /a --pythonpath /b",
    { folders: ["/a", "/b"] },
  ],
  ["a logging configuration", "--log-config log.ini", { files: ["log.ini"] }],
  ["a PasteDeploy file", "--paste site.ini#main", { files: ["site.ini"] }],
  ["where workers have their heartbeat", "--worker-tmp-dir /x", { scratch: ["/x"] }],
  [
    "variables",
    "-e A=b=c -eD=",
    {
      variables: [
        ["A", "b=c"],
        ["D", ""],
      ],
    },
  ],
])("tells of a command line: %s", (_, words, expected) => {
  expect(gunicornLine(words.split(" ")).code).toEqual({ ...none, ...expected });
});

it("tells of a settings file what stands there in plain strings", () => {
  const text = [
    'chdir = "/srv/app"',
    "pythonpath = 'lib'",
    "logconfig = r'log.ini'",
    'worker_tmp_dir = "/x"  # fast',
    "bind = 'unix:/run/x.sock'",
    "paste = name",
  ];
  expect(settingsCode(text.join("\n"))).toEqual({
    ...none,
    folders: ["/srv/app", "lib"],
    files: ["log.ini"],
    scratch: ["/x"],
  });
});
