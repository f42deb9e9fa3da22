import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { RefusalReason } from "../../agent/model/remediation.ts";
import {
  asNobody,
  type Duplicate,
  type Member,
  mounted,
  type Place,
  remediate,
  settled,
  startDuplicate,
  statesOf,
} from "../support/acting.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { type GunicornOptions, heldListeners, startGunicorn } from "../support/gunicorn.ts";
import { catchesLikeMaster, childrenOf } from "../support/process.ts";
import { exitOf, startProgram } from "../support/program.ts";
import { debianPython, neverReaps } from "../support/python.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { together } from "../support/together.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

interface Row {
  /** What the stale group is started with. */
  readonly first?: Partial<GunicornOptions>;
  readonly reasons: readonly RefusalReason[];
  /** What is done before the agent comes; gives what differs for it. */
  readonly prepare?: (scene: Duplicate) => Promise<Partial<Place>> | Partial<Place>;
  readonly parameters?: readonly string[];
  /** A reason that may be there or not. */
  readonly ignored?: RefusalReason;
  /** Absent: 1. */
  readonly exitCode?: number;
  /** What is said where there is no group to be refused. */
  readonly said?: RegExp;
}

const rows: Readonly<Record<string, Row>> = {
  "a living supervisor above the stale master": {
    first: { daemon: false, inside: [debianPython, "-c", neverReaps] },
    reasons: ["supervised"],
  },
  "an upgrade of who serves": {
    reasons: ["handover"],
    // who serves is not one master any more, so how long there have been two has to be seen
    ignored: "not-confirmed",
    prepare: async ({ owner }) => {
      signal(owner.master, "SIGUSR2");
      await waitFor("the upgrade to have two sides", () =>
        childrenOf(owner.master.pid).some(
          (child) =>
            catchesLikeMaster(child) &&
            heldListeners(child.pid).length > 0 &&
            childrenOf(child.pid).length === 1,
        ),
      );
      return {};
    },
  },
  "the master of who serves killed": {
    reasons: ["no-owner"],
    ignored: "not-confirmed",
    prepare: async ({ owner }) => {
      signal(owner.master, "SIGKILL");
      await gone([owner.master]);
      return {};
    },
  },
  "the path removed: no group is superfluous, and all is not well": {
    reasons: [],
    said: /app\.sock is unreachable: no-owner: a restart is needed/,
    prepare: ({ path }) => {
      rmSync(path);
      return {};
    },
  },
  "all workers of who serves stopped": {
    reasons: ["owner-not-answering"],
    prepare: ({ owner }) => {
      for (const worker of owner.workers) signal(worker, "SIGSTOP");
      return {};
    },
  },
  "no right to signal": {
    reasons: ["not-permitted"],
    // groups in other namespaces of this machine are out of its sight
    ignored: "blind",
    prepare: ({ folder }) => {
      const stateDir = folder.at("state");
      mkdirSync(stateDir);
      chmodSync(stateDir, 0o777);
      return { surroundings: asNobody(folder.at("agent.mjs")) };
    },
  },
  "a file named pause": {
    reasons: ["paused"],
    prepare: ({ folder }) => {
      mkdirSync(folder.at("state"));
      writeFileSync(folder.at("state", "pause"), "");
      return {};
    },
  },
  "no ss": {
    reasons: ["evidence-weak", "blind"],
    prepare: ({ folder }) => {
      mkdirSync(folder.at("bin"));
      symlinkSync("/usr/bin/flock", folder.at("bin", "flock"));
      return { surroundings: { env: { PATH: folder.at("bin") } } };
    },
  },
  "another onemaster at it": {
    reasons: ["locked"],
    prepare: async ({ folder }) => {
      const lock = folder.at("state", "remediation.lock");
      mkdirSync(folder.at("state"));
      const held = ["flock", lock, "sh", "-c", "echo held; exec sleep 600"];
      const { outputPath } = startProgram({ folder, command: held });
      await waitFor("the lock to be held", () => readFileSync(outputPath, "utf8").includes("held"));
      return {};
    },
  },
  "a full state directory": {
    reasons: ["no-record"],
    prepare: async ({ folder }) => {
      const stateDir = folder.at("state");
      mkdirSync(stateDir);
      await mounted(folder, stateDir, ["-t", "tmpfs", "-o", "size=16k", "tmpfs"]);
      const fill = `while head -c 4096 /dev/zero >>${stateDir}/filler; do :; done`;
      await exitOf(startProgram({ folder, command: ["sh", "-c", fill] }).child);
      return {};
    },
  },
  "a state directory that cannot be written": {
    reasons: ["no-record"],
    prepare: async ({ folder }) => {
      const stateDir = folder.at("state");
      mkdirSync(stateDir);
      await mounted(folder, stateDir, ["-t", "tmpfs", "-o", "ro", "tmpfs"]);
      return {};
    },
  },
  "a plan while who serves has just started": {
    reasons: ["owner-too-young"],
    prepare: async ({ folder }) => {
      await startGunicorn({ folder, daemon: true });
      return { settings: { confirm_for: "1ms" } };
    },
    parameters: [],
    exitCode: 0,
  },
  "a plan for what has not lasted yet": {
    reasons: ["not-confirmed"],
    prepare: () => ({ settings: { confirm_for: "1h" } }),
    parameters: [],
    exitCode: 0,
  },
};

/** What is compared of one refusal. */
interface Refused {
  readonly exitCode: number | null;
  readonly reasons: readonly string[];
  readonly stderr: unknown;
  readonly records: number;
  readonly members: readonly Member[];
}

test("each reason on real processes: said, and nobody is signalled", async () => {
  const folder = testFolder();
  const scenes = await together(
    Object.entries(rows).map(async ([name, row], at) => {
      const own = subFolder(folder, `${at}`);
      return {
        name,
        row,
        scene: await startDuplicate({ folder: own, timeoutSeconds: 120 }, row.first),
      };
    }),
  );
  await together(scenes.map(({ scene }) => settled(scene.owner.master)));
  const told = await together(
    scenes.map(async ({ name, row, scene }) => {
      const place = { ...scene, ...(await row.prepare?.(scene)) };
      const members = statesOf([scene.stale, scene.owner]);
      const { exitCode, reasons, records, stderr } = await remediate(place, row.parameters);
      const after = statesOf([scene.stale, scene.owner]);
      const others = reasons.filter((reason) => reason !== row.ignored);
      const { exitCode: exit = 1, reasons: wanted } = row;
      const lines = wanted.map((reason) => `is not ended: ${reason}: .+`).join("[^]+");
      const said: unknown = expect.stringMatching(exit === 0 ? /^$/ : (row.said ?? lines));
      return {
        name,
        seen: { exitCode, reasons: others, stderr, records: records.length, members: after },
        expected: {
          exitCode: exit,
          reasons: wanted,
          stderr: said,
          records: 0,
          members,
        },
      } satisfies { readonly name: string; readonly seen: Refused; readonly expected: Refused };
    }),
  );
  expect(Object.fromEntries(told.map(({ name, seen }) => [name, seen]))).toEqual(
    Object.fromEntries(told.map(({ name, expected }) => [name, expected])),
  );
});
