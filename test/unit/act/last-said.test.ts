import { expect, it } from "vitest";
import { lastSaid } from "../../../agent/act/last-said.ts";

it.each([
  ["the last line", "Starting\nboom \n\n", "boom"],
  ["nothing", "\n", ""],
  [
    "not what the gate advises, which may end the master that serves",
    "onemaster gate: REFUSED: /app.sock: a second\nonemaster gate: to clear it: kill -TERM 68\n",
    "onemaster gate: REFUSED: /app.sock: a second",
  ],
])("passes on %s", async (_, stdout, said) => {
  const tool = () => Promise.resolve({ ok: true, stdout, said: [], why: "" });
  expect(await lastSaid("app.service", tool)).toBe(said);
});
