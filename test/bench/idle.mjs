import { setTimeout as sleep } from "node:timers/promises";
import { cpuMs, wakeups } from "./cost.mjs";
import { countProcesses, fillTo } from "./fill.mjs";
import { makeSite, startMaster } from "./gunicorns.mjs";
import { startAgent } from "./programs.mjs";
import { say } from "./report.mjs";

const size = 200;

/** V8 collects what the start has left some eight seconds after it: that is no idling yet. */
const settledMs = 20_000;

/** What the agent uses while nobody asks and nothing happens: percent of one core, wake-ups a second. */
export async function measureIdle({ idleSeconds }) {
  const site = makeSite();
  const master = startMaster(site);
  await master.bound;
  await master.started();
  const empty = await fillTo(size);
  const processes = countProcesses();
  const agent = await startAgent({ path: site.path });
  await sleep(settledMs);
  say(`idle: watching the agent for ${idleSeconds} s`);
  const before = { cpuMs: cpuMs(agent.pid), wakeups: wakeups(agent.pid) };
  const startedMs = performance.now();
  await sleep(idleSeconds * 1_000);
  const spentMs = performance.now() - startedMs;
  const cpuPercent = ((cpuMs(agent.pid) - before.cpuMs) / spentMs) * 100;
  const wakeupsPerSecond = ((wakeups(agent.pid) - before.wakeups) / spentMs) * 1_000;
  await agent.stop();
  await empty();
  await master.end();
  return { processes, cpuPercent, wakeupsPerSecond };
}
