import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { listen, start } from "./support.ts";

/** Megabytes that V8 gave the space for young objects, at each of its collections. */
function youngMegabytes(traced: string): readonly number[] {
  const found = traced.matchAll(/ New space, .*? committed: +(\d+) KB/g);
  return [...found].map(([, kilobytes]) => Number(kilobytes) / 1024);
}

test("the agent's space for young objects never grows", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const traced = ["sh", "-c", 'node=$1; shift; exec "$node" --trace-gc-verbose "$@"', "sh"];
  const agent = await start({ folder, settings: { sockets: [{ path }] }, inside: traced });
  for (let scrapes = 0; scrapes < 60; scrapes += 1) await agent.metrics();
  const sizes = youngMegabytes(agent.output());
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBe(2); // V8's first size: two halves of a megabyte
});
