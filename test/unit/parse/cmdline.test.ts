import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandText, parseCmdline, pidfileArgument } from "../../../agent/parse/cmdline.ts";
import { anyText } from "./any-text.ts";

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

describe("parseCmdline", () => {
  it.each([
    [
      "a master without setproctitle",
      "/usr/bin/python3\0/usr/bin/gunicorn\0-w\x002\0--daemon\0--pid\0g.pid\0" +
        "-b\0unix:sampleplatform.sock\0run:app\0",
      [
        "/usr/bin/python3",
        "/usr/bin/gunicorn",
        "-w",
        "2",
        "--daemon",
        "--pid",
        "g.pid",
        "-b",
        "unix:sampleplatform.sock",
        "run:app",
      ],
    ],
    [
      "a title padded with NULs, as setproctitle leaves it",
      `gunicorn: master [run:app]${"\0".repeat(71)}`,
      ["gunicorn: master [run:app]"],
    ],
    ["a title padded with blanks", "nginx: worker process      \0\0", ["nginx: worker process"]],
    ["an empty argument in the middle", "sh\0\0-c\0", ["sh", "", "-c"]],
    ["UTF-8", "caf\xc3\xa9\0", ["café"]],
    ["bytes that are not UTF-8", "a\xff\xfe\0", ["a\\xff\\xfe"]],
    ["control characters as they are", "a\nb\x1b\0", ["a\nb\x1b"]],
    ["nothing of a kernel thread or zombie", "", []],
    ["nothing of padding alone", "\0\0  \0", []],
  ])("reads %s", (_, text, args) => {
    expect(parseCmdline(latin1(text))).toEqual(args);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => parseCmdline(Buffer.from(bytes))).not.toThrow();
      }),
    );
  });
});

describe("commandText", () => {
  it.each([
    ["joins arguments with blanks", ["git", "gc", "--auto"], "git gc --auto"],
    ["falls back to the process's name", [], "comm"],
    ["falls back from arguments that are all empty", [""], "comm"],
    [
      "escapes what a terminal would obey",
      ["a\nb\t\x1b[31m\u009b\u202e"],
      "a\\nb\\t\\x1b[31m\\x9b\\u{202e}",
    ],
    ["keeps other scripts and backslashes", ["café", "\\n"], "café \\n"],
    ["keeps 200 characters", ["x".repeat(200)], "x".repeat(200)],
    ["cuts more at 200", ["x".repeat(201)], `${"x".repeat(199)}…`],
    ["cuts no character in two", ["😀".repeat(201)], `${"😀".repeat(199)}…`],
  ])("%s", (_, args, text) => {
    expect(commandText(args, "comm")).toBe(text);
  });

  it("escapes the process's name too", () => {
    expect(commandText([], "a\nb")).toBe("a\\nb");
  });

  it("never throws, and never gives a second line", () => {
    fc.assert(
      fc.property(fc.array(anyText), anyText, (args, comm) => {
        expect(commandText(args, comm)).not.toMatch(/[\n\r\u2028\u2029]/);
      }),
    );
  });
});

describe("pidfileArgument", () => {
  // each spelling was tried with gunicorn 20.1.0
  it.each([
    ["--pid X", ["gunicorn", "--pid", "g.pid", "app"], "g.pid"],
    ["--pid=X", ["gunicorn", "--pid=g.pid", "app"], "g.pid"],
    ["-p X", ["gunicorn", "-p", "g.pid", "app"], "g.pid"],
    ["-pX", ["gunicorn", "-pg.pid", "app"], "g.pid"],
    ["-p=X", ["gunicorn", "-p=g.pid", "app"], "g.pid"],
    ["a name with =", ["gunicorn", "-pa=b", "app"], "a=b"],
    ["the last of two", ["gunicorn", "-p", "a.pid", "--pid=b.pid", "app"], "b.pid"],
    ["a name with a newline", ["gunicorn", "--pid=a\nb"], "a\nb"],
    ["none", ["gunicorn", "-w", "4", "app"], undefined],
    ["none after --", ["gunicorn", "--", "-p", "g.pid"], undefined],
    ["none where the value is missing", ["gunicorn", "app", "--pid"], undefined],
    ["none where the value is empty", ["gunicorn", "--pid", ""], undefined],
    ["none of an option that starts alike", ["gunicorn", "--pidx=a", "--paste=b"], undefined],
    ["none of a title", ["gunicorn: master [run:app]"], undefined],
    ["none of no arguments", [], undefined],
  ])("finds %s", (_, args, pidfile) => {
    expect(pidfileArgument(args)).toBe(pidfile);
  });

  it("never throws", () => {
    const args = fc.array(
      fc.oneof(fc.string(), fc.constantFrom("-p", "--pid", "--pid=", "-p=", "--")),
    );
    fc.assert(
      fc.property(args, (any) => {
        expect(() => pidfileArgument(any)).not.toThrow();
      }),
    );
  });
});
