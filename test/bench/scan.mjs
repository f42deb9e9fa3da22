import { setTimeout as sleep } from "node:timers/promises";
import { costOfCommand, cpuMs, median, memory } from "./cost.mjs";
import { countProcesses, fillTo } from "./fill.mjs";
import { makeDuplicate } from "./gunicorns.mjs";
import { startAgent, startBareNode, startNodeExporter, startProcessExporter } from "./programs.mjs";
import { say } from "./report.mjs";

const commands = { "ss -xlpH": ["ss", "-xlpH"], "lsof -U": ["lsof", "-U"] };
const scrapeIntervalMs = 15_000;
/** The size whose figures stand against the peers. */
const middle = 2_000;

/**
 * CPU of one look, ours and the peers', on hosts of several sizes, and memory after the same
 * number of answers. Promises one entry a size.
 */
export async function measureScans({ sizes, scrapes, spaced }) {
  const { path, end } = await makeDuplicate();
  const found = [];
  for (const size of sizes) found.push(await measureSize({ path, size, scrapes, spaced }));
  await end();
  return found;
}

async function measureSize({ path, size, scrapes, spaced }) {
  say(`scan: filling the host to ${size} processes`);
  const empty = await fillTo(size);
  const processes = countProcesses();
  const agent = await startAgent({ path });
  const page = await agent.scrape();
  const bare = await startBareNode(page.length);
  const servers = [
    { server: agent, times: scrapes.ofAgent },
    { server: bare, times: scrapes.ofAgent },
    { server: await startProcessExporter(), times: scrapes.ofPeers },
    { server: await startNodeExporter(), times: scrapes.ofPeers },
  ];
  const cpuPerScrape = new Map(servers.map(({ server }) => [server.name, []]));
  const wallOfScrapes = new Map(servers.map(({ server }) => [server.name, []]));
  const ofCommands = new Map(Object.keys(commands).map((name) => [name, []]));
  for (let round = 1; round <= scrapes.rounds; round += 1) {
    say(`scan: ${size} processes, round ${round} of ${scrapes.rounds}`);
    for (const { server, times } of servers) {
      const { cpu, wall } = await costOfScrapes(server, times);
      cpuPerScrape.get(server.name).push(cpu);
      wallOfScrapes.get(server.name).push(...wall);
    }
    for (const [name, command] of Object.entries(commands)) {
      ofCommands.get(name).push(await costOfCommand(command, scrapes.commands));
    }
  }
  const scansPerScrape = await scansOfScrapes(agent, scrapes.ofAgent);
  const rest = size === middle ? await measureRest({ servers, spaced }) : {};
  for (const { server } of servers) await server.stop();
  await empty();
  return {
    processes,
    size,
    scansPerScrape,
    cpuMsPerScrape: Object.fromEntries(
      [...cpuPerScrape].map(([name, values]) => [name, median(values)]),
    ),
    wallMsOfScrapes: Object.fromEntries(wallOfScrapes),
    commands: Object.fromEntries(
      [...ofCommands].map(([name, costs]) => [
        name,
        {
          cpuMs: median(costs.map((cost) => cost.cpuMs)),
          wallMs: median(costs.map((cost) => cost.wallMs)),
        },
      ]),
    ),
    ...rest,
  };
}

/** CPU of one scrape on average, and how long each of them took. */
async function costOfScrapes({ pid, scrape }, times) {
  const before = cpuMs(pid);
  const wall = [];
  for (let count = 0; count < times; count += 1) {
    const startedMs = performance.now();
    await scrape();
    wall.push(performance.now() - startedMs);
  }
  return { cpu: (cpuMs(pid) - before) / times, wall };
}

/** How many scans stood behind each scrape: under 1, answers came from an older scan. */
async function scansOfScrapes(agent, times) {
  const scans = async () => {
    const text = await agent.scrape();
    const samples = text.matchAll(/^onemaster_scans_total\{.*\} (\d+)$/gm);
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const before = await scans();
  for (let count = 1; count < times; count += 1) await agent.scrape();
  return ((await scans()) - before) / times;
}

/** Memory after the rounds, then CPU when scraped as Prometheus does, all that is periodic included. */
async function measureRest({ servers, spaced }) {
  // let what the last answers left behind be collected, for all alike
  await sleep(2_000);
  const memories = Object.fromEntries(
    servers.map(({ server }) => [server.name, memory(server.pid)]),
  );
  // the first interval still pays for collecting what the rounds left
  await scrapeAfterPause(servers);
  const before = servers.map(({ server }) => cpuMs(server.pid));
  for (let count = 1; count <= spaced; count += 1) {
    say(`scan: scrape ${count} of ${spaced}, ${scrapeIntervalMs / 1000} s apart`);
    await scrapeAfterPause(servers);
  }
  const cpuMsPerInterval = Object.fromEntries(
    servers.map(({ server }, at) => [server.name, (cpuMs(server.pid) - before[at]) / spaced]),
  );
  return { memories, cpuMsPerInterval };
}

async function scrapeAfterPause(servers) {
  await sleep(scrapeIntervalMs);
  for (const { server } of servers) await server.scrape();
}
