import {
  drillCommand,
  type DrillHost,
  type DrillOptions,
} from "../../../agent/cli/drill-command.ts";
import type { SoundLook } from "../../../agent/run/sound-look.ts";
import { head, name, unit, unitSocket } from "../detect/audit-build.ts";
import { quiet } from "./quiet.ts";
import { finding, group, path, report } from "./reports.ts";

/** The options of every command. */
export const common = { config: undefined, socket: [], color: false };
/** The plan alone. */
const options: DrillOptions = {
  json: false,
  unit: undefined,
  cycles: 2,
  yes: false,
  evenIfUnsound: false,
};

/** The unit of a socket whose look says no more than its name. */
export const named = { name, mainPid: null, killMode: null, generated: null, activeState: null };

/** A look at a unit whose master has this pid; 0: it is stopped. */
export function lookOf(pid: number, change: Parameters<typeof unit>[0] = {}): SoundLook {
  const groups = pid === 0 ? [] : [group("serving", pid)];
  const verdict = pid === 0 ? "no-master" : "one-master";
  const socket = unitSocket({
    groups,
    verdict,
    masters: groups.length,
    unit: named,
    findings: pid === 0 ? [finding("no-master", "nothing listens")] : [],
  });
  const pids = pid === 0 ? [] : [0, 1, 2, 3, 4].map((next) => pid + next);
  const state = pid === 0 ? { activeState: "inactive" } : {};
  return {
    report: report([socket]),
    seen: {
      units: [
        unit({ mainPid: pid, ...state, ...change }, { processes: { ok: true, value: pids } }),
      ],
      heads: pid === 0 ? [] : [head(pid)],
      pidfiles: [],
    },
    answers: new Map(pid === 0 ? [] : [[path, { kind: "answered", status: 200, tookMs: 3 }]]),
  };
}

/** How others stand in the way, and when a signal asks to stop. */
export interface Way {
  readonly held?: string;
  readonly folderHeld?: string;
  readonly toldAfter?: number;
}

/** Runs `onemaster drill` over these looks, one after the other. */
export async function drilled(
  looks: readonly SoundLook[],
  change: Partial<DrillOptions> = {},
  { held, folderHeld, toldAfter = Infinity }: Way = {},
) {
  const { surroundings, written } = quiet();
  const calls: string[] = [];
  const rights: string[] = [];
  let looked = 0;
  let nowMs = 0;
  const host: DrillHost = {
    begin: async (stateDir) => {
      rights.push(`begun in ${stateDir}`);
      return (
        held ?? {
          lockFoldersOf: async (sockets) => {
            rights.push(`folders of ${sockets.join(", ")}`);
            return folderHeld;
          },
          isTold: () => calls.length >= toldAfter,
          release: async () => void rights.push(`released after ${calls.at(-1) ?? "nothing"}`),
        }
      );
    },
    look: async () => {
      const found = looks[Math.min(looked, looks.length - 1)];
      looked += 1;
      if (found === undefined) throw new RangeError("no look");
      return found;
    },
    control: async (verb) => {
      calls.push(verb);
      return { kind: "done" };
    },
    meter: () => ({
      stop: async () => ({ asked: 200, failed: 40, downtimeMs: 420.4, slowestMs: 9 }),
    }),
    nowMs: () => (nowMs += 500),
    story: async () => "● platform.service\n   Active: failed",
  };
  const exitCode = await drillCommand(common, { ...options, ...change }, surroundings, host);
  return { exitCode, calls, rights, ...written };
}

/** What two cycles see of a unit that is well. */
export const sound = [lookOf(68), lookOf(100), lookOf(200), lookOf(200), lookOf(0), lookOf(300)];
