import { expect, it } from "vitest";
import type { ToolRan } from "../../../agent/act/host-tool.ts";
import { whyUnseen } from "../../../agent/act/seen-by.ts";

const fine: ToolRan = { ok: true, stdout: "", said: [], why: "" };

it.each<[string, ToolRan, string | undefined]>([
  ["sees it", fine, undefined],
  [
    "does not see it",
    { ...fine, ok: false, why: "systemd-run: it ended with 1" },
    "www-data does not see process 68 in /proc",
  ],
  [
    "could not be asked",
    { ...fine, ok: false, said: ["Access denied"], why: "systemd-run: Access denied" },
    "systemd-run: Access denied",
  ],
])("tells where a user %s", async (_, ran, expected) => {
  const asked: string[] = [];
  const why = await whyUnseen(68, "www-data", (program, words) => {
    asked.push([program, ...words].join(" "));
    return Promise.resolve(ran);
  });
  expect(why).toBe(expected);
  expect(asked[0]).toMatch(
    /^systemd-run .*--property=User=www-data -- test -r \/proc\/68\/status$/,
  );
});
