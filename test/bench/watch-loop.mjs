// Loaded into the agent with --import: notes for how long its event loop stood still, apart
// while the program is loaded and from the moment at which it begins to listen.
import { writeFileSync } from "node:fs";
import { Server } from "node:net";

const everyMs = 1;
let loadMs = 0;
let longestMs = 0;
let longestCpuMs = 0;
let listening = false;
let lastMs = performance.now();
let lastCpu = process.cpuUsage();

function note() {
  const nowMs = performance.now();
  const blockMs = nowMs - lastMs - everyMs;
  const { user, system } = process.cpuUsage(lastCpu);
  if (listening) {
    longestMs = Math.max(longestMs, blockMs);
    // other programs can keep the processor from us; that is not the agent's doing
    longestCpuMs = Math.max(longestCpuMs, Math.min(blockMs, (user + system) / 1000));
  } else {
    loadMs = Math.max(loadMs, blockMs);
  }
  lastMs = nowMs;
  lastCpu = process.cpuUsage();
}

setInterval(note, everyMs).unref();

const { listen } = Server.prototype;
Server.prototype.listen = function listenAndNote(...args) {
  note();
  listening = true;
  return listen.apply(this, args);
};

process.once("exit", () => {
  const found = { loadMs, longestMs, longestCpuMs };
  writeFileSync(process.env.ONEMASTER_BENCH_BLOCKS, JSON.stringify(found));
});
