import { createInterface } from "node:readline";
import type { Kept } from "./kept.ts";

const everyMs = 5_000;

/**
 * Shows on stderr how long work goes on: a line at its start, one every 5 s with the last line
 * that it said, and one at its end. Throws with all it said unless it exits 0.
 */
export async function showProgress(what: string, work: Kept): Promise<void> {
  const startedMs = performance.now();
  let last = "";
  const lines = createInterface({ input: work.output });
  lines.on("line", (line) => {
    last = line;
  });
  const tell = (text: string): void => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    process.stderr.write(`${what}: ${seconds} s${text === "" ? "" : `, ${text}`}\n`);
  };
  tell("");
  const timer = setInterval(() => tell(last), everyMs);
  try {
    const code = await work.ended;
    if (code !== 0) {
      throw new Error(`${what} ended with ${code}: ${work.log()}`);
    }
    tell("done");
  } finally {
    clearInterval(timer);
    lines.close();
    await work.stop();
  }
}
