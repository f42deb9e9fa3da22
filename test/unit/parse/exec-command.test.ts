import { describe, expect, it } from "vitest";
import { parseExecCommand } from "../../../agent/parse/exec-command.ts";

const rest = "start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }";

describe("parseExecCommand", () => {
  it.each([
    [
      "a command",
      `{ path=/bin/x ; argv[]=/bin/x -w 4 ; ignore_errors=no ; ${rest}`,
      "/bin/x",
      "/bin/x -w 4",
    ],
    [
      "another name for itself",
      `{ path=/bin/x ; argv[]=name y ; ignore_errors=yes ; ${rest}`,
      "/bin/x",
      "name y",
    ],
    [
      "no path",
      `{ path=gunicorn ; argv[]=gunicorn ; ignore_errors=no ; ${rest}`,
      "gunicorn",
      "gunicorn",
    ],
    [
      "an argument that fakes its end",
      `{ path=/bin/x ; argv[]=/bin/x ; ignore_errors=no ; start_time=[n/a] } ; ignore_errors=no ; ${rest}`,
      "/bin/x",
      "/bin/x ; ignore_errors=no ; start_time=[n/a] }",
    ],
    ["flags", `{ path=/bin/x ; argv[]=/bin/x ; flags=no-setuid ; ${rest}`, "/bin/x", "/bin/x"],
    ["no arguments", `{ path=/bin/x ; argv[]= ; ignore_errors=no ; ${rest}`, "/bin/x", ""],
  ])("reads %s", (_, value, path, args) => {
    expect(parseExecCommand(value)).toEqual({ path, args });
  });

  it.each([
    ["nothing", ""],
    ["no path at all", `{ path= ; argv[]=x ; ignore_errors=no ; ${rest}`],
    ["a line that was broken", "{ path=/bin/x ; argv[]=/bin/x new"],
  ])("makes nothing of %s", (_, value) => {
    expect(parseExecCommand(value)).toBe(undefined);
  });
});
