import { spawn } from "node:child_process";
import {
  createWriteStream,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { atTheEnd } from "./endings.mjs";
import { program } from "./programs.mjs";
import { number, say } from "./report.mjs";

const beginMs = Date.parse("2025-11-22T00:00:00Z");
const yearSeconds = 365 * 86_400;
const linesAtOnce = 20_000;

/**
 * Reads a year of error.log with one `history`: once as twelve plain files and once compressed.
 * Promises for each how long it took, how many lines that were, and the most memory it had.
 */
export async function measureHistory({ historyLines }) {
  const found = [];
  for (const zipped of [false, true]) {
    const folder = mkdtempSync(join(tmpdir(), "onemaster-history-"));
    const remove = atTheEnd(() => rmSync(folder, { recursive: true }));
    const form = zipped ? "compressed" : "plain";
    say(`history: writing ${historyLines} lines, ${form}`);
    const { path, bytes, occurrences } = await writeYear({ folder, lines: historyLines, zipped });
    say(`history: reading them`);
    found.push({ form, lines: historyLines, bytes, occurrences, ...(await readYear(path)) });
    await remove();
  }
  return found;
}

/** Twelve files; each day one restart, one a week leaves the first master alive for a day. */
async function writeYear({ folder, lines, zipped }) {
  const path = join(folder, "error.log");
  const step = yearSeconds / lines;
  const perFile = Math.ceil(lines / 12);
  const year = { day: 0, pid: 1_000, stale: undefined, occurrences: 0, waiting: restart(1_000) };
  let bytes = 0;
  for (let month = 0; month < 12; month += 1) {
    const file = `${path}.${12 - month}${zipped ? ".gz" : ""}`;
    const output = createWriteStream(file);
    const sink = zipped ? createGzip() : output;
    if (zipped) sink.pipe(output);
    const last = Math.min(lines, (month + 1) * perFile);
    for (let at = month * perFile; at < last; at += linesAtOnce) {
      const text = piece(year, at, Math.min(last, at + linesAtOnce), step);
      if (!sink.write(text)) await once(sink, "drain");
    }
    sink.end();
    await once(output, "close");
    bytes += statSync(file).size;
  }
  renameSync(`${path}.1${zipped ? ".gz" : ""}`, path);
  return { path, bytes, occurrences: year.occurrences };
}

function piece(year, from, to, step) {
  let text = "";
  for (let at = from; at < to; at += 1) {
    const seconds = Math.floor(at * step);
    const day = Math.floor(seconds / 86_400);
    if (day > year.day) newDay(year, day);
    const [pid, message] = year.waiting.shift() ?? request(year.pid, at);
    text += `[${stamp(seconds)} +0000] [${pid}] ${message}\n`;
  }
  return text;
}

function newDay(year, day) {
  year.day = day;
  if (year.stale !== undefined) year.waiting.push(...end(year.stale));
  year.stale = undefined;
  // one that nothing ends before the year does would be possible only
  const keep = day % 7 === 0 && day < 360;
  if (keep) year.stale = year.pid;
  else year.waiting.push(...end(year.pid));
  year.pid += 10;
  year.occurrences += Number(keep);
  year.waiting.push(...restart(year.pid));
}

function restart(pid) {
  return [
    [pid, "[INFO] Starting gunicorn 20.1.0"],
    [pid, `[INFO] Listening at: unix:sampleplatform.sock (${pid})`],
    [pid + 1, `[INFO] Booting worker with pid: ${pid + 1}`],
  ];
}

function end(pid) {
  return [
    [pid, "[INFO] Handling signal: term"],
    [pid, "[INFO] Shutting down: Master"],
  ];
}

/** What fills a log at level debug, as the production host had it. */
function request(pid, at) {
  return [pid + 1 + (at % 4), `[DEBUG] GET /test/${at}/result?page=2&sort=desc`];
}

let lastSecond;
let lastStamp;

function stamp(seconds) {
  if (seconds !== lastSecond) {
    lastSecond = seconds;
    lastStamp = new Date(beginMs + seconds * 1_000).toISOString().slice(0, 19).replace("T", " ");
  }
  return lastStamp;
}

/** One run of the program: its wall time and the most memory that it ever had. */
async function readYear(path) {
  const startedMs = performance.now();
  const args = [program, "history", "--json", "--error-log", path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, highWater(child.pid));
  }, 50);
  const [code] = await once(child, "close");
  clearInterval(watch);
  const wallMs = performance.now() - startedMs;
  if (code !== 0) throw new Error(`history ended with ${code}`);
  return { wallMs, peakBytes, ...JSON.parse(output).summary };
}

/** The most memory that a process ever had resident; zero once it has left. */
function highWater(pid) {
  try {
    const [, kilobytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return 0;
    throw error;
  }
}

/** What a year of error.log costs. */
export function historyGroup(found) {
  const table = [
    [`${number(found[0].lines)} lines`, ...found.map(({ form }) => form)],
    ["on disk, MB", ...found.map(({ bytes }) => number(bytes / 1e6))],
    ["wall, s", ...found.map(({ wallMs }) => number(wallMs / 1_000))],
    ["lines a second", ...found.map(({ lines, wallMs }) => number((lines / wallMs) * 1_000))],
    ["peak memory, MB", ...found.map(({ peakBytes }) => number(peakBytes / 1e6))],
    [
      "occurrences found, of those that are in it",
      ...found.map(({ proven, occurrences }) => `${proven} of ${occurrences}`),
    ],
  ];
  return { title: "A year of error.log", tables: [table], bounds: [] };
}
