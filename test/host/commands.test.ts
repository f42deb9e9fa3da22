import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { onemaster } from "./support.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

const seeHelp = "See: onemaster --help\n";

test.for<[string, readonly string[], string]>([
  ["the version", ["--version"], `onemaster ${version}\n`],
  ["the version, briefly", ["-V"], `onemaster ${version}\n`],
])("%s", async ([, typed, stdout]) => {
  expect(await onemaster(typed)).toEqual({ exitCode: 0, stdout, stderr: "" });
});

test.for<[string, readonly string[], string]>([
  ["the program", ["--help"], "onemaster.txt"],
  ["the program, by a command", ["help"], "onemaster.txt"],
  ["run", ["run", "--help"], "onemaster-run.txt"],
  ["status", ["status", "-h"], "onemaster-status.txt"],
  ["check", ["help", "check"], "onemaster-check.txt"],
  ["remediate", ["help", "remediate"], "onemaster-remediate.txt"],
  ["config show", ["config", "show", "--help"], "onemaster-config-show.txt"],
])("the help of %s is what is written down", async ([, typed, file]) => {
  const written = new URL(`../unit/cli/help/${file}`, import.meta.url);
  const { exitCode, stdout, stderr } = await onemaster(typed);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toBe(readFileSync(written, "utf8"));
});

test.for<[string, readonly string[], string]>([
  [
    "an unknown command",
    ["bogus"],
    `onemaster: unknown command 'bogus'\nCommands: run, status, check, audit, history, incidents, remediate, gate, drill, cutover, config, completion\n${seeHelp}`,
  ],
  [
    "a command with a slip",
    ["statsu"],
    `onemaster: unknown command 'statsu'; did you mean status?\nCommands: run, status, check, audit, history, incidents, remediate, gate, drill, cutover, config, completion\n${seeHelp}`,
  ],
  [
    "an unknown option",
    ["status", "--bogus"],
    "onemaster: unknown option '--bogus'\nSee: onemaster status --help\n",
  ],
  [
    "an option without its value",
    ["--socket"],
    `onemaster: option '--socket <path>' argument missing\n${seeHelp}`,
  ],
  [
    "a socket as gunicorn writes it",
    ["--socket", "unix:/run/app.sock", "status"],
    `onemaster: option '--socket <path>' argument 'unix:/run/app.sock' is invalid. Write the path alone: /run/app.sock\n${seeHelp}`,
  ],
  [
    "a time that is none",
    ["status", "--watch", "soon"],
    "onemaster: option '--watch [duration]' argument 'soon' is invalid. Write a time from 100ms to 24h, like 2s.\nSee: onemaster status --help\n",
  ],
  [
    "a shell that there is nothing for",
    ["completion", "tcsh"],
    "onemaster: command-argument value 'tcsh' is invalid for argument 'bash|zsh|fish'. Allowed choices are bash, zsh, fish.\nSee: onemaster completion --help\n",
  ],
])("usage: %s is told, and exits 64", async ([, typed, stderr]) => {
  expect(await onemaster(typed)).toEqual({ exitCode: 64, stdout: "", stderr });
});

test("check that is asked in a wrong way answers as a plug-in", async () => {
  expect(await onemaster(["check", "--bogus"])).toEqual({
    exitCode: 3,
    stdout: "ONEMASTER UNKNOWN - unknown option '--bogus'\n",
    stderr: "onemaster: unknown option '--bogus'\nSee: onemaster check --help\n",
  });
});
