import { expect, it } from "vitest";
import { parseListenPaths } from "../../../agent/parse/socket-unit.ts";

it.each<[what: string, text: string, paths: readonly string[]]>([
  ["one path", "Listen=/run/app.sock (Stream)\nActiveState=active\n", ["/run/app.sock"]],
  [
    "several addresses, the streams at paths alone",
    "Listen=/run/a b.sock (Stream)\nListen=127.0.0.1:80 (Stream)\nListen=/run/d (Datagram)\n" +
      "Listen=/run/(x) (Stream) (Stream)\n",
    ["/run/a b.sock", "/run/(x) (Stream)"],
  ],
  ["a unit that is none", "ActiveState=inactive\n", []],
])("reads %s", (_, text, paths) => {
  expect(parseListenPaths(text)).toEqual(paths);
});
