import { availableParallelism } from "node:os";
import { measureBlocks } from "./block.mjs";
import { endAll, endOnSignals, stopping } from "./endings.mjs";
import {
  blockGroup,
  idleGroup,
  latencyGroup,
  memoryGroup,
  pageGroup,
  scanGroup,
  scrapeGroup,
  statusGroup,
} from "./groups.mjs";
import { historyGroup, measureHistory } from "./history.mjs";
import { measureIdle } from "./idle.mjs";
import { measureLatency } from "./latency.mjs";
import { measurePages } from "./page.mjs";
import { asText, say } from "./report.mjs";
import { measureScans } from "./scan.mjs";
import { measureStatus } from "./status.mjs";

const parts = {
  scan: [measureScans, (sizes) => [scanGroup(sizes), scrapeGroup(sizes), memoryGroup(sizes)]],
  latency: [measureLatency, (found) => [latencyGroup(found)]],
  page: [measurePages, (found) => [pageGroup(found)]],
  status: [measureStatus, (found) => [statusGroup(found)]],
  idle: [measureIdle, (found) => [idleGroup(found)]],
  block: [measureBlocks, (found) => [blockGroup(found)]],
  history: [measureHistory, (found) => [historyGroup(found)]],
};

/**
 * Measures what the options ask for and prints it. The exit code is 1 when something could not
 * be measured; a missed bound is a figure like any other.
 */
export async function bench(options) {
  endOnSignals();
  const startedMs = performance.now();
  const groups = [];
  const measured = {};
  for (const name of options.only) {
    const [measure, present] = parts[name];
    try {
      measured[name] = await measure(options);
    } catch (error) {
      // things fail because they are being taken away
      if (stopping()) return;
      process.stderr.write(`bench: ${name} could not be measured: ${error.message}\n`);
      process.exitCode = 1;
      continue;
    } finally {
      await endAll();
    }
    const shown = present(measured[name]);
    groups.push(...shown);
    if (!options.json) process.stdout.write(`\n${shown.map(asText).join("\n")}\n`);
  }
  say(`done after ${Math.round((performance.now() - startedMs) / 1000)} s`);
  if (options.json) {
    const host = { node: process.version, cores: availableParallelism() };
    process.stdout.write(`${JSON.stringify({ host, groups, measured }, null, 2)}\n`);
  }
}
