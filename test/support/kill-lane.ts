import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { build } from "esbuild";
import type { ProcessId } from "../../agent/model/process.ts";
import type { RemediationOutcome, RemediationRecord } from "../../agent/model/remediation.ts";
import { readRemediations } from "../../agent/history/remediation-files.ts";
import { membersIn, membersOf, rescueLinksIn } from "./acting.ts";
import { type Carry, recoverAt } from "./carry.ts";
import type { TestFolder } from "./folder.ts";
import { type Gunicorn, startGunicorn } from "./gunicorn.ts";
import { whoAnswers } from "./http.ts";
import { gone, signal } from "./signal.ts";
import { waitFor } from "./wait.ts";

/** Where an agent dies: before or after one of its calls, counted from 1. */
export interface Death {
  readonly call: number;
  readonly when: "before" | "after";
}

/** What is compared once an agent has died, and the next one has done its part. */
export interface Aftermath {
  readonly agentEndedBy: string;
  /** Sentences on attempts that the next one had to leave. */
  readonly leftAsTheyAre: readonly string[];
  readonly unfinished: readonly string[];
  readonly groupLeft: readonly ProcessId[];
  readonly ownerLeft: readonly ProcessId[];
  readonly stopped: readonly unknown[];
  readonly fileInode: number;
  readonly answeredBy: number;
  readonly rescueLinks: readonly string[];
}

/** One turn of a lane. */
export interface Turn {
  /** Undefined: the agent died before it had written anything down. */
  readonly outcome: RemediationOutcome | undefined;
  /** Calls of an agent that lived to the end. */
  readonly calls: readonly string[];
  readonly seen: Aftermath;
  /** All of the group is gone, or all of it is as it was. */
  readonly expected: Aftermath;
}

/** A path where one group after the other is to be ended. */
export interface KillLane {
  /** Sees to a group that is to be ended, and lets an agent end it that dies there. */
  next(death: Death | undefined): Promise<Turn>;
}

interface Pair {
  readonly group: Gunicorn;
  readonly owner: Gunicorn;
}

const acts = new URL("../gunicorn/acts.ts", import.meta.url).pathname;

/** Bundles the agent of all lanes into a folder, and gives the path of its program. */
export async function bundleActs(folder: TestFolder): Promise<string> {
  const outfile = folder.at("acts.mjs");
  const require = 'import { createRequire } from "node:module";';
  await build({
    entryPoints: [acts],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // a package in it asks for `require`
    banner: { js: `${require} const require = createRequire(import.meta.url);` },
    logLevel: "warning",
  });
  return outfile;
}

/** A lane in a folder of its own, with nothing running yet. */
export function createKillLane(
  folder: TestFolder,
  program: string,
  role: "stale" | "orphaned",
): KillLane {
  const path = folder.at("app.sock");
  const carry: Carry = { path, stateDir: folder.at("state"), graceMs: 1_000 };
  let serving: Gunicorn | undefined;
  let pair: Pair | undefined;

  async function start(): Promise<Gunicorn> {
    // idle orphans would leave by themselves after half of the timeout
    const started = await startGunicorn({
      folder,
      daemon: true,
      workers: 2,
      timeoutSeconds: 3600,
    });
    const { pid } = await whoAnswers(path, "?spawn=1");
    await waitFor(`worker ${pid} to have a child`, () => membersOf(started).length === 4);
    return started;
  }

  async function makePair(): Promise<Pair> {
    const group = serving ?? (await start());
    const owner = await start();
    serving = owner;
    if (role === "orphaned") {
      signal(group.master, "SIGKILL");
      await gone([group.master]);
    }
    return { group, owner };
  }

  return {
    async next(death) {
      pair ??= await makePair();
      const { group, owner } = pair;
      const before = { group: membersOf(group), owner: membersOf(owner) };
      const fileInode = statSync(path).ino;
      const startedMs = Date.now();
      const { endedBy, calls } = await runAgent(program, carry, death);
      const { left } = await recoverAt(carry);
      const records = await recordsSince(carry.stateDir, startedMs);
      const outcome = records.at(-1)?.outcome ?? undefined;
      if (outcome === "ended") pair = undefined;
      return {
        outcome,
        calls,
        seen: {
          agentEndedBy: endedBy,
          leftAsTheyAre: left.map(({ why }) => why),
          unfinished: records.filter((one) => one.outcome === null).map(({ id }) => id),
          groupLeft: membersOf(group),
          ownerLeft: membersOf(owner),
          stopped: stoppedOf([group, owner], folder),
          fileInode: statSync(path).ino,
          answeredBy: (await whoAnswers(path)).parent,
          rescueLinks: rescueLinksIn(folder),
        },
        expected: {
          agentEndedBy: death === undefined ? "itself" : "SIGKILL",
          leftAsTheyAre: [],
          unfinished: [],
          groupLeft: outcome === "ended" ? [] : before.group,
          ownerLeft: before.owner,
          stopped: [],
          fileInode,
          answeredBy: owner.master.pid,
          rescueLinks: [],
        },
      };
    },
  };
}

/** Other lanes stop processes of theirs meanwhile. */
function stoppedOf(groups: readonly Gunicorn[], folder: TestFolder): readonly unknown[] {
  const own = new Set(groups.flatMap((one) => membersOf(one).map(({ pid }) => pid)));
  return membersIn(folder).filter(({ pid, state }) => own.has(pid) && state === "T");
}

async function recordsSince(
  stateDir: string,
  startedMs: number,
): Promise<readonly RemediationRecord[]> {
  const { records } = await readRemediations(stateDir);
  return records.filter(({ startedAt }) => Date.parse(startedAt) >= startedMs);
}

/** Runs an agent in a process of its own. Throws unless it ends as it should. */
function runAgent(
  program: string,
  carry: Carry,
  dieAt: Death | undefined,
): Promise<{ readonly endedBy: string; readonly calls: readonly string[] }> {
  const child = spawn(process.execPath, [program, JSON.stringify({ ...carry, dieAt })], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 90_000,
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, endedBy) => {
      if (endedBy !== null) resolve({ endedBy, calls: [] });
      else if (code === 0) resolve({ endedBy: "itself", calls: JSON.parse(said) as string[] });
      else reject(new Error(`the agent ended with ${code}: ${said}`));
    });
  });
}
