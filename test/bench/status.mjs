import { spawnSync } from "node:child_process";
import { median } from "./cost.mjs";
import { countProcesses, fillTo } from "./fill.mjs";
import { makeDuplicate } from "./gunicorns.mjs";
import { program } from "./programs.mjs";
import { say } from "./report.mjs";

const size = 2_000;

/**
 * Wall time of one `status`, of a `gate` that refuses and one that finds nobody, and of a Node
 * that does nothing, taken in turn; medians in milliseconds.
 */
export async function measureStatus({ statusRuns }) {
  say(`status: ${statusRuns} runs among ${size} processes`);
  const { path, end } = await makeDuplicate();
  const empty = await fillTo(size);
  const processes = countProcesses();
  const status = [];
  const refused = [];
  const passed = [];
  const nothing = [];
  for (let count = 0; count < statusRuns; count += 1) {
    status.push(wallMs([program, "status", "--socket", path]));
    refused.push(wallMs([program, "gate", "--socket", path], 1));
    passed.push(wallMs([program, "gate", "--socket", `${path}.free`]));
    nothing.push(wallMs(["-e", "0"]));
  }
  await empty();
  await end();
  return {
    processes,
    statusMs: median(status),
    refusedMs: median(refused),
    passedMs: median(passed),
    nothingMs: median(nothing),
  };
}

function wallMs(args, expected = 0) {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  const tookMs = performance.now() - startedMs;
  if (status !== expected)
    throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return tookMs;
}
