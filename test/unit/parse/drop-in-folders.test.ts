import { expect, it } from "vitest";
import { dropInFolders } from "../../../agent/parse/drop-in-folders.ts";

it.each([
  ["platform.service", ["platform.service.d"], "service.d"],
  ["platform.socket", ["platform.socket.d"], "socket.d"],
  [
    "foo-bar-baz.service",
    ["foo-bar-baz.service.d", "foo-bar-.service.d", "foo-.service.d"],
    "service.d",
  ],
  ["a-b.c.service", ["a-b.c.service.d", "a-.service.d"], "service.d"],
  ["-a.service", ["-a.service.d"], "service.d"],
  ["a-.service", ["a-.service.d"], "service.d"],
])("the drop-ins of %s are in %j, and in %s", (unit, named, ofType) => {
  expect(dropInFolders(unit)).toEqual({ named, ofType });
});
