import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { atTheEnd } from "./endings.mjs";
import { until } from "./processes.mjs";
import { say } from "./report.mjs";

const stopLimitMs = 10_000;

/** A TCP port of the loopback address that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts a program that serves http://127.0.0.1:`port`/metrics and waits for its first answer.
 * `onOutput` gets what it writes as it comes. Promises its pid, `scrape` (promises the page,
 * one connection kept open as Prometheus does) and `stop`.
 */
export async function startServer({ name, command, args, port, env = {}, onOutput }) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = [];
  const keep = onOutput ?? ((chunk) => output.push(chunk));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const left = new Promise((resolve) => {
    child.once("exit", resolve).once("error", resolve);
  });
  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  const stop = atTheEnd(async () => {
    connection.destroy();
    child.kill("SIGTERM");
    const impatient = setTimeout(() => {
      say(`${name} did not stop within ${stopLimitMs / 1000} s of SIGTERM: SIGKILL`);
      child.kill("SIGKILL");
    }, stopLimitMs);
    await left;
    clearTimeout(impatient);
  });
  const scrape = () => page(port, connection);
  await until(`${name} to answer`, async () => {
    if (child.exitCode !== null || child.pid === undefined) {
      throw new Error(`${name} did not start: ${output.join("").trim()}`);
    }
    try {
      return await scrape();
    } catch (error) {
      if (error.code === "ECONNREFUSED" || error.code === "ECONNRESET") return undefined;
      throw error;
    }
  });
  return { name, pid: child.pid, scrape, stop };
}

/** The page at /metrics. Throws on every answer but 200. */
function page(port, agent) {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: "/metrics", agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text += chunk));
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`/metrics answered ${answer.statusCode}: ${text.slice(0, 200)}`));
      });
      answer.once("error", reject);
    });
    request.once("error", reject);
  });
}
