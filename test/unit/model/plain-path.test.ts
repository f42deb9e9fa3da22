import { expect, it } from "vitest";
import { pathProblem } from "../../../agent/model/plain-path.ts";
import { pathText } from "../../../agent/parse/path-text.ts";

it.each([
  ["an ordinary path", "/run/app.sock"],
  ["blanks and brackets", "/var/www/a b/[x] (directory).sock"],
  ["letters beyond ASCII", "/srv/bücher/中.sock"],
])("%s may be handed to the kernel", (_, path) => {
  expect(pathProblem(path)).toBeUndefined();
});

it.each([
  ["a relative path", "run/app.sock"],
  ["no path", ""],
  ["a path of another mount namespace", "mnt:[4026532573]:/run/app.sock"],
  ["bytes that are no UTF-8", pathText("/run/\xff.sock")],
  ["a newline", pathText("/run/a\nb.sock")],
  ["a backslash", pathText("/run/a\\b.sock")],
  ["a NUL byte", "/run/a\0b.sock"],
  ["a directory that was mounted over", "/run/app.sock (directory 64768:1234)"],
])("%s may not", (_, path) => {
  expect(pathProblem(path)).toEqual(expect.any(String));
});
