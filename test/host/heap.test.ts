import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { builtAgent } from "../support/agent.ts";
import { testFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import { listen, start } from "./support.ts";

/** Starts Node with a flag of V8's. */
function flagged(flag: string): readonly string[] {
  return ["sh", "-c", `node=$1; shift; exec "$node" ${flag} "$@"`, "sh"];
}

/** Megabytes that V8 gave the space for young objects, at each of its collections. */
function youngMegabytes(traced: string): readonly number[] {
  const found = traced.matchAll(/ New space, .*? committed: +(\d+) KB/g);
  return [...found].map(([, kilobytes]) => Number(kilobytes) / 1024);
}

test("the agent's space for young objects never grows", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const inside = flagged("--trace-gc-verbose");
  const agent = await start({ folder, settings: { sockets: [{ path }] }, inside });
  for (let scrapes = 0; scrapes < 60; scrapes += 1) await agent.metrics();
  const sizes = youngMegabytes(agent.output());
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBe(2); // V8's first size: two halves of a megabyte
});

test("the agent drops the bytecode of its start", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const inside = flagged("--trace-flush-bytecode");
  const agent = await start({ folder, settings: { sockets: [{ path }] }, inside });
  // told function by function: who reads in the middle of it reads a part
  await waitFor("functions to be dropped", async () => {
    await agent.metrics();
    const dropped = agent.output().match(/discarding compiled metadata/g) ?? [];
    expect(dropped.length).toBeGreaterThan(300);
    return true;
  });
});

test("what is dear and seldom needed is not loaded with the program", () => {
  const atOnce = readFileSync(builtAgent, "utf8").matchAll(
    /\b(?:from|import) ?"(?:node:)?([a-z0-9_/]+)"/g,
  );
  const names = new Set([...atOnce].map(([, name]) => name));
  expect(names).toContain("fs");
  const dear = ["crypto", "http", "http2", "https", "tls", "worker_threads", "zlib"];
  expect(dear.filter((name) => names.has(name))).toEqual([]);
});
