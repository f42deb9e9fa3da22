import { chmod, chown, mkdir, readdir, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CutoverFile, CutoverService, CutoverTarget } from "../model/cutover.ts";
import type { HostTool } from "./host-tool.ts";
import { lastSaid } from "./last-said.ts";

/** A gunicorn as the new unit would start it, at a path of its own. */
export interface Trial {
  /** Where it is to be asked. */
  readonly socket: string;
  /** Its unit. */
  readonly unit: string;
  /**
   * Loads the application in its place, as the service's user, and binds nothing. Why that fails;
   * undefined: it does not.
   */
  check(): Promise<string | undefined>;
  /** Why it could not be started; undefined: it has started, and may end at any moment. */
  start(): Promise<string | undefined>;
  /** Ends it, and removes what was made for it. Why that failed in part; undefined: it did not. */
  end(): Promise<string | undefined>;
}

const CHECK_MS = 120_000;
const START_MS = 120_000;
const STOP_MS = 60_000;
/** However its command ends, the trial does not stay. */
const LONGEST_S = 300;

/**
 * Prepares a trial below `runtime`, ordinarily /run: a folder that only the service's user enters.
 * One worker is enough to prove that it starts, and the host may have no memory for more. Files of
 * the environment that are not in place yet are taken from `files`; where files are to be given to
 * the service's user first, it logs to the journal. Rejects when the folder or a file in it cannot be
 * made, and has then removed what it made.
 */
export async function prepareTrial(
  { service, files, ownership }: Pick<CutoverTarget, "service" | "files" | "ownership">,
  runtime: string,
  tool: HostTool,
): Promise<Trial> {
  const { randomBytes } = await import("node:crypto");
  const id = randomBytes(4).toString("hex");
  const folder = join(runtime, `onemaster-trial-${id}`);
  const unit = `onemaster-trial-${id}.service`;
  await mkdir(folder, { mode: 0o700 });
  const own = join(folder, "own");
  const { paths: environment, copies } = await filled({ folder, own }, service, files).catch(
    async (error: unknown) => {
      throw new Error(await clearedAfter({ folder, own }, error), { cause: error });
    },
  );
  const socket = join(own, "trial.sock");

  const logs = ownership.length === 0 ? [] : ["--log-file", "-", "--access-logfile", "/dev/null"];
  const account = [`User=${service.user.name}`, `Group=${service.group.name}`].map(property);
  const properties = [
    `WorkingDirectory=${service.workingDirectory}`,
    ...environment.map((path) => `EnvironmentFile=${path}`),
    "KillMode=control-group",
    "TimeoutStartSec=90",
    `TimeoutStopSec=${Math.ceil(service.stopTimeoutMs / 1000)}`,
    `RuntimeMaxSec=${LONGEST_S}`,
  ].map(property);
  const common = ["--quiet", "--no-ask-password", "--collect", ...properties];

  return {
    socket,
    unit,
    async check() {
      // it loads the application in the process that it is: where the master stays root, workers
      // alone do that, and they are none of root's
      const as = [...common, ...account, "--wait", "--pipe"];
      const words = [...as, `--unit=onemaster-check-${id}.service`, "--"];
      const command = [service.program, ...service.words, ...logs, "--check-config", service.app];
      const ran = await tool("systemd-run", [...words, ...command], CHECK_MS);
      if (ran.ok) return undefined;
      const last = ran.said.at(-1);
      return last === undefined ? ran.why : `--check-config: ${last}`;
    },
    async start() {
      const as = service.keepsRoot ? [] : account;
      const how = [...as, `--service-type=${service.serviceType}`, `--unit=${unit}`, "--"];
      const bind = ["--workers", "1", "--bind", `unix:${socket}`];
      const command = [service.program, ...service.words, ...logs, ...bind, service.app];
      const ran = await tool("systemd-run", [...common, ...how, ...command], START_MS);
      if (ran.ok) return undefined;
      const said = await lastSaid(unit, tool);
      return said === "" ? `${ran.why}; see its error log` : said;
    },
    async end() {
      const stopped = await tool("systemctl", ["stop", "--quiet", "--", unit], STOP_MS);
      const left = await removed([...copies, socket], [own, folder]);
      // one that ended by itself is collected, and not known any more
      const unended = stopped.ok || /not loaded/.test(stopped.why) ? [] : [stopped.why];
      return [...unended, ...left].join("; ") || undefined;
    },
  };
}

/** Where a trial has what is its own. */
interface Places {
  /** Root's: systemd alone reads the environment in it. */
  readonly folder: string;
  /** In that, the service's user's. */
  readonly own: string;
}

async function filled(
  { folder, own }: Places,
  service: CutoverService,
  files: readonly CutoverFile[],
): Promise<TrialEnvironment> {
  await mkdir(own, { mode: 0o700 });
  // who gives a socket to another by its name needs a folder in which nobody replaces it
  if (!service.keepsRoot) await chown(own, service.user.uid, service.group.gid);
  // entered by all, listed by nobody but root
  await chmod(folder, 0o711);
  return await environmentOf(service, files, folder);
}

/** Removes what there is of it by now. Gives the reason, and what is left. */
async function clearedAfter({ folder, own }: Places, error: unknown): Promise<string> {
  const why = error instanceof Error ? error.message : String(error);
  // what cannot be listed is not removed, and so is told
  const names = await readdir(folder).catch(() => []);
  const files = names.map((name) => join(folder, name)).filter((path) => path !== own);
  return [why, ...(await removed(files, [own, folder]))].join("; ");
}

function property(text: string): string {
  return `--property=${text}`;
}

/**
 * Name by name: `own` belongs to the service's user, who could put a link to any folder in it
 * while root removes what is below. What else is there is left. Why not all could be removed.
 */
async function removed(
  files: readonly string[],
  folders: readonly string[],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const [remove, paths] of [[unlink, files] as const, [rmdir, folders] as const]) {
    for (const path of paths) {
      try {
        await remove(path);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
        if (code !== "ENOENT") left.push(`${path} is left (${code})`);
      }
    }
  }
  return left;
}

interface TrialEnvironment {
  /** As the properties of the unit have them. */
  readonly paths: readonly string[];
  /** Files that were written for it. */
  readonly copies: readonly string[];
}

async function environmentOf(
  { environmentFiles }: CutoverService,
  files: readonly CutoverFile[],
  folder: string,
): Promise<TrialEnvironment> {
  const paths: string[] = [];
  const copies: string[] = [];
  for (const [at, path] of environmentFiles.entries()) {
    const planned = files.find((file) => file.path === path);
    if (planned === undefined) {
      // as the unit names it: one that is not there is no failure
      paths.push(`-${path}`);
      continue;
    }
    const copy = join(folder, `environment-${at}`);
    await writeFile(copy, planned.text, { mode: 0o600, flag: "wx" });
    paths.push(copy);
    copies.push(copy);
  }
  return { paths, copies };
}
