import { median, quantile } from "./cost.mjs";
import { bounded, number } from "./report.mjs";

const megabyte = 1_000_000;

const exporter = "process-exporter";

function ours({ cpuMsPerScrape }) {
  return cpuMsPerScrape.onemaster;
}

/** CPU of one look, on hosts of several sizes. */
export function scanGroup(sizes) {
  const [least, middle, most] = sizes;
  const names = Object.keys(least.cpuMsPerScrape);
  const table = [
    ["CPU, ms", ...sizes.map(({ processes }) => `${number(processes)} processes`)],
    ...names.map((name) => [
      `${name}, one scrape`,
      ...sizes.map(({ cpuMsPerScrape }) => number(cpuMsPerScrape[name])),
    ]),
    ...Object.keys(least.commands).map((name) => [
      name,
      ...sizes.map(({ commands }) => number(commands[name].cpuMs)),
    ]),
    ["scans behind one of our scrapes", ...sizes.map((size) => number(size.scansPerScrape))],
  ];
  const periodic = [
    ["CPU of 15 s with one scrape in them, ms", `${number(middle.processes)} processes`],
    ...names.map((name) => [name, number(middle.cpuMsPerInterval[name])]),
    [
      `onemaster, in times ${exporter}`,
      number(middle.cpuMsPerInterval.onemaster / middle.cpuMsPerInterval[exporter]),
    ],
  ];
  const bounds = [
    bounded("growth from the smallest host to the largest", ours(most) / ours(least), "times", 3),
    bounded(
      `against a process-exporter scrape, ${number(middle.processes)} processes`,
      ours(middle) / middle.cpuMsPerScrape[exporter],
      "times",
      0.1,
    ),
  ];
  return { title: "CPU of a steady scan", tables: [table, periodic], bounds };
}

/** How long a scrape takes, as Prometheus sees it. */
export function scrapeGroup(sizes) {
  const names = Object.keys(sizes[0].wallMsOfScrapes);
  const tables = sizes.map(({ processes, wallMsOfScrapes }) => [
    [`ms, ${number(processes)} processes`, "p50", "p99", "max", "scrapes"],
    ...names.map((name) => spread(name, wallMsOfScrapes[name])),
  ]);
  const [, { processes, wallMsOfScrapes }] = sizes;
  const bounds = [
    bounded(
      `p99, ${number(processes)} processes`,
      quantile(wallMsOfScrapes.onemaster, 0.99),
      "ms",
      20,
    ),
  ];
  return { title: "Time of a scrape", tables, bounds };
}

/** Memory after as many answers each. */
export function memoryGroup(sizes) {
  const { memories } = sizes.find((size) => size.memories !== undefined);
  const table = [
    ["MB", "resident", "anonymous"],
    ...Object.entries(memories).map(([name, { residentBytes, anonymousBytes }]) => [
      name,
      number(residentBytes / megabyte),
      number(anonymousBytes / megabyte),
    ]),
  ];
  const { onemaster, "bare Node": bare } = memories;
  const bounds = [
    bounded("resident", onemaster.residentBytes / bare.residentBytes, "times bare Node", 1.25),
    bounded("anonymous", onemaster.anonymousBytes / bare.anonymousBytes, "times bare Node", 1.8),
  ];
  return { title: "Memory after the scrapes", tables: [table], bounds };
}

function spread(name, values) {
  const figures = [median(values), quantile(values, 0.99), Math.max(...values)];
  return [name, ...figures.map(number), String(values.length)];
}

/** From the second master's bind until the first is told as stale. */
export function latencyGroup({ onMetrics, inLog }) {
  const table = [
    ["ms", "p50", "p99", "max", "rounds"],
    spread("on /metrics, asked every 5 ms", onMetrics),
    spread("in the log, nobody asking", inLog),
  ];
  const bounds = [
    bounded("p99 on /metrics", quantile(onMetrics, 0.99), "ms", 100),
    bounded("p99 in the log, nobody asking", quantile(inLog, 0.99), "ms", 100),
  ];
  return { title: "Second master's bind to stale", tables: [table], bounds };
}

/** How soon somebody is woken by direct push, on top of `confirm_for`. */
export function pageGroup({ over }) {
  const table = [
    ["ms", "p50", "p99", "max", "rounds"],
    spread("to the page received, minus confirm_for", over),
  ];
  const bounds = [bounded("the slowest page", Math.max(...over), "ms", 1_000)];
  return { title: "Second master's bind to the page, by direct push", tables: [table], bounds };
}

/** Wall time of a single look from the command line. */
export function statusGroup({ processes, statusMs, refusedMs, passedMs, nothingMs }) {
  const table = [
    ["wall, ms", `${number(processes)} processes`],
    ["onemaster status", number(statusMs)],
    ["onemaster gate, nobody there", number(passedMs)],
    ["onemaster gate, refused", number(refusedMs)],
    ["node -e 0", number(nothingMs)],
  ];
  const bounds = [bounded("status", statusMs / nothingMs, "times node -e 0", 3)];
  return { title: "One status", tables: [table], bounds };
}

/** What watching costs while nothing happens. */
export function idleGroup({ processes, cpuPercent, wakeupsPerSecond }) {
  const table = [
    ["", `${number(processes)} processes`],
    ["CPU, percent of one core", number(cpuPercent)],
    ["wake-ups a second", number(wakeupsPerSecond)],
  ];
  return { title: "Idle", tables: [table], bounds: [] };
}

function middleAndWorst(name, values) {
  return [name, number(median(values)), number(Math.max(...values))];
}

/** The longest time the event loop stood still. */
export function blockGroup({ processes, starts }) {
  const loads = starts.map(({ loadMs }) => loadMs);
  const blocks = starts.map(({ longestMs }) => longestMs);
  const ownBlocks = starts.map(({ longestCpuMs }) => longestCpuMs);
  const table = [
    [`ms, ${number(processes)} processes, ${starts.length} starts`, "median", "worst"],
    middleAndWorst("loading, before it listens", loads),
    middleAndWorst("longest block after that, first scan included", blocks),
    middleAndWorst("the same, of it the agent's own CPU", ownBlocks),
  ];
  const bounds = [bounded("longest block", Math.max(...blocks), "ms", 50)];
  return { title: "Event loop", tables: [table], bounds };
}
