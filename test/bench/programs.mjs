import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atTheEnd } from "./endings.mjs";
import { freePort, startServer } from "./server.mjs";

/** The built agent. */
export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/**
 * Starts the agent on a free port, watching one socket, so that a gunicorn of somebody else's
 * costs it nothing, and with other `settings` where there are some; see `startServer` for what it
 * promises.
 */
export async function startAgent({ path, env, onOutput, settings: others = {} }) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "onemaster-agent-"));
  const removeFolder = atTheEnd(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "onemaster.yml");
  const web = `web: { listen: "127.0.0.1:${port}" }\n`;
  const settings = `${web}sockets: [{ path: "${path}" }]\nstate_dir: ${folder}/state\n`;
  const more = Object.entries(others).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  writeFileSync(config, settings + more.join(""));
  const args = [program, "run", "--config", config];
  const command = process.execPath;
  const agent = await startServer({ name: "onemaster", command, args, port, env, onOutput });
  const stop = async () => {
    await agent.stop();
    await removeFolder();
  };
  return { ...agent, stop };
}

/**
 * process-exporter as somebody would set it up who asks the same question: it follows gunicorn
 * and nothing else, the cheapest way to have it.
 */
export async function startProcessExporter() {
  const port = await freePort();
  return await startServer({
    name: "process-exporter",
    command: "prometheus-process-exporter",
    args: [`-web.listen-address=127.0.0.1:${port}`, "-procnames=gunicorn"],
    port,
  });
}

/** node_exporter with its defaults and the collector that counts processes. */
export async function startNodeExporter() {
  const port = await freePort();
  return await startServer({
    name: "node_exporter",
    command: "prometheus-node-exporter",
    args: [`--web.listen-address=127.0.0.1:${port}`, "--collector.processes"],
    port,
  });
}

const bare = `require("node:http")
  .createServer((_, answer) => answer.end("x".repeat(Number(process.argv[2]))))
  .listen(Number(process.argv[1]), "127.0.0.1")`;

/** A Node HTTP server that does nothing but answer with `bytes` bytes. */
export async function startBareNode(bytes) {
  const port = await freePort();
  const args = ["-e", bare, String(port), String(bytes)];
  return await startServer({ name: "bare Node", command: process.execPath, args, port });
}
