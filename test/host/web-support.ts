import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { hashSync } from "bcryptjs";
import { builtAgent } from "../support/agent.ts";
import type { TestFolder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";
import { startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { onemaster, type LogLine, type Ran } from "./support.ts";

/** An authority made for one test; what it signs is good for a week. */
export interface Authority {
  readonly ca: string;
  /** Makes `NAME.crt` and `NAME.key` for these subject alternative names, and gives their paths. */
  issue(name: string, sans: string): { readonly cert: string; readonly key: string };
}

function openssl(...parameters: readonly string[]): void {
  execFileSync("openssl", parameters, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Makes an authority in the folder. */
export function authority(folder: TestFolder, name = "ca"): Authority {
  const ca = folder.at(`${name}.crt`);
  const caKey = folder.at(`${name}.key`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...curve, "-keyout", caKey, "-out", ca, "-days", "7", "-subj", "/CN=ca");
  return {
    ca,
    issue(of, sans) {
      const [cert, key] = [folder.at(`${of}.crt`), folder.at(`${of}.key`)];
      const request = folder.at(`${of}.csr`);
      const names = folder.at(`${of}.ext`);
      writeFileSync(names, `subjectAltName=${sans}\n`);
      openssl("req", "-new", ...curve, "-keyout", key, "-out", request, "-subj", `/CN=${of}`);
      const signing = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "7"];
      openssl("x509", "-req", "-in", request, "-out", cert, ...signing, "-extfile", names);
      return { cert, key };
    },
  };
}

/** A certificate for this host by an authority of its own, as most tests need it. */
export function serverCertificate(folder: TestFolder): Authority {
  const own = authority(folder);
  own.issue("tls", "DNS:localhost,IP:127.0.0.1");
  return own;
}

/** What `password` is hashed to; the least cost, where a test is not about it. */
export function hashOf(password: string, cost = 4): string {
  return hashSync(password, cost);
}

/** The part of a web configuration that names the certificate of `serverCertificate`. */
export const tls = { cert_file: "tls.crt", key_file: "tls.key" };

/** Writes a web configuration, and a settings file that names it. JSON is YAML. */
export function writeWebConfig(folder: TestFolder, config: object): string {
  const file = folder.at("web.yml");
  writeFileSync(file, JSON.stringify(config));
  chmodSync(file, 0o640);
  return file;
}

/** A running agent with a web configuration. */
export interface WebAgent {
  readonly child: ChildProcess;
  readonly port: number;
  readonly settings: string;
  log(): readonly LogLine[];
  /** curl with these options, at a path of the agent. */
  curl(path: string, ...options: readonly string[]): Promise<Curled>;
}

/** What curl said. */
export interface Curled {
  /** Of curl: 0 where there was an answer. */
  readonly exitCode: number | null;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Writes a settings file that names the web configuration of the folder, if there is one. */
export function writeSettingsFor(
  folder: TestFolder,
  listen: string,
  configFile: string | null,
): string {
  const settings = folder.at("onemaster.yml");
  const web = { listen, config_file: configFile };
  writeFileSync(settings, JSON.stringify({ web, state_dir: folder.at("state") }));
  return settings;
}

/** Starts an agent, and waits until it says that it watches. */
export async function startWebAgent(
  folder: TestFolder,
  config: object | undefined,
  { host = "127.0.0.1", env = {} }: { host?: string; env?: Record<string, string> } = {},
): Promise<WebAgent> {
  const port = await freePort();
  const file = config === undefined ? null : writeWebConfig(folder, config);
  const settings = writeSettingsFor(folder, `${host}:${port}`, file);
  const command = [process.execPath, builtAgent, "run", "--config", settings];
  const { child, outputPath } = startProgram({ folder, command, env });
  const log = (): LogLine[] =>
    readFileSync(outputPath, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);
  await waitFor("the agent to watch", () => {
    if (child.exitCode !== null) throw new Error(readFileSync(outputPath, "utf8"));
    return log().some(({ msg }) => msg.startsWith("watching; "));
  });
  const scheme = config !== undefined && "tls_server_config" in config ? "https" : "http";
  return {
    child,
    port,
    settings,
    log,
    curl: (path, ...options) => curl(`${scheme}://localhost:${port}${path}`, ...options),
  };
}

/** Runs curl to its end, which is after 20 s at the latest. */
export async function curl(url: string, ...options: readonly string[]): Promise<Curled> {
  const parameters = ["-q", "-s", "-i", "--noproxy", "*", "--max-time", "20", ...options, url];
  const child = spawn("curl", parameters, { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    said += part;
  });
  await once(child, "close");
  const end = said.indexOf("\r\n\r\n");
  const headers = said.slice(0, Math.max(end, 0));
  const status = Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1] ?? 0);
  return { exitCode: child.exitCode, status, headers, body: end < 0 ? "" : said.slice(end + 4) };
}

/** Runs `config check` and `run` with what is in the folder, of which none may start. */
export async function refusedAtStart(folder: TestFolder, listen: string): Promise<readonly Ran[]> {
  const settings = writeSettingsFor(folder, listen, folder.at("web.yml"));
  return [
    await onemaster(["--config", settings, "config", "check"]),
    await onemaster(["--config", settings, "run"]),
  ];
}
