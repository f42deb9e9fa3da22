import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atTheEnd } from "./endings.mjs";
import { countProcesses, fillTo } from "./fill.mjs";
import { makeDuplicate } from "./gunicorns.mjs";
import { startAgent } from "./programs.mjs";
import { say } from "./report.mjs";

const size = 10_000;
const watcher = new URL("watch-loop.mjs", import.meta.url).href;

/**
 * For how long the event loop stood still at most: while the program was loaded, and from then
 * on over the first scan. Promises both in milliseconds, one a start.
 */
export async function measureBlocks({ starts }) {
  const { path, end } = await makeDuplicate();
  say(`block: filling the host to ${size} processes`);
  const empty = await fillTo(size);
  const processes = countProcesses();
  const folder = mkdtempSync(join(tmpdir(), "onemaster-block-"));
  const removeFolder = atTheEnd(() => rmSync(folder, { recursive: true }));
  const found = [];
  for (let start = 1; start <= starts; start += 1) {
    say(`block: start ${start} of ${starts}`);
    const file = join(folder, `${start}.json`);
    const env = { NODE_OPTIONS: `--import=${watcher}`, ONEMASTER_BENCH_BLOCKS: file };
    const agent = await startAgent({ path, env });
    await agent.scrape();
    await sleep(1_000);
    await agent.stop();
    found.push(JSON.parse(readFileSync(file, "utf8")));
  }
  await removeFolder();
  await empty();
  await end();
  return { processes, starts: found };
}
