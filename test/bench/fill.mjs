import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { atTheEnd } from "./endings.mjs";

const script = fileURLToPath(new URL("filler.pl", import.meta.url));

/** How many processes the host has now. */
export function countProcesses() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length;
}

/**
 * Adds processes until the host has about `total`, each with 20 descriptors and one unix
 * socket for five of them. Promises a function that ends them again. Throws when not all
 * could be started.
 */
export async function fillTo(total) {
  const count = Math.max(0, total - countProcesses());
  const folder = mkdtempSync(join(tmpdir(), "onemaster-fill-"));
  const filler = spawn("perl", [script, String(count), folder], {
    // away from our terminal's Ctrl-C: we end it ourselves
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const left = once(filler, "exit");
  const stop = atTheEnd(async () => {
    filler.stdin.end();
    await left;
    rmSync(folder, { recursive: true });
  });
  const lines = createInterface({ input: filler.stdout });
  const [line] = await Promise.race([once(lines, "line"), left]);
  if (line !== "ready") throw new Error(`could not start ${count} processes to fill the host`);
  return stop;
}
