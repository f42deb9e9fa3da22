import { spawnSync } from "node:child_process";
import { median } from "./cost.mjs";
import { countProcesses, fillTo } from "./fill.mjs";
import { makeDuplicate } from "./gunicorns.mjs";
import { program } from "./programs.mjs";
import { say } from "./report.mjs";

const size = 2_000;

/** Wall time of one `status` and of a Node that does nothing, taken in turn; medians in milliseconds. */
export async function measureStatus({ statusRuns }) {
  say(`status: ${statusRuns} runs among ${size} processes`);
  const { path, end } = await makeDuplicate();
  const empty = await fillTo(size);
  const processes = countProcesses();
  const status = [];
  const nothing = [];
  for (let count = 0; count < statusRuns; count += 1) {
    status.push(wallMs([program, "status", "--socket", path]));
    nothing.push(wallMs(["-e", "0"]));
  }
  await empty();
  await end();
  return { processes, statusMs: median(status), nothingMs: median(nothing) };
}

function wallMs(args) {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return tookMs;
}
