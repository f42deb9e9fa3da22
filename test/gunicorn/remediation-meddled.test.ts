import { existsSync, rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { ProcessId } from "../../agent/model/process.ts";
import type { RemediationOutcome } from "../../agent/model/remediation.ts";
import {
  type Duplicate,
  membersOf,
  rescueLinksIn,
  startDuplicate,
  startedAs,
  stateOf,
} from "../support/acting.ts";
import { carryOutAt, type OnCall } from "../support/carry.ts";
import { subFolder, testFolder, type TestFolder } from "../support/folder.ts";
import { type Gunicorn, startGunicorn } from "../support/gunicorn.ts";
import { living } from "../support/process.ts";
import { heldRequest, whoAnswers } from "../support/http.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { together } from "../support/together.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/**
 * How long a path that somebody removed may be lost: so many looks of this very process, 20 ms
 * apart. The clock would also count what others take of the processors.
 */
const LOST_LOOKS = 6;
/** How long a group is busy after somebody has meddled, for the agent to see what he did. */
const BUSY_MS = 3_000;

/** What is compared of one attempt, and what it says of itself. */
interface End {
  readonly outcome: RemediationOutcome | null;
  readonly ending: unknown;
  readonly staleLeft: readonly ProcessId[];
  readonly stopped: readonly ProcessId[];
  readonly ownerLeft: readonly ProcessId[];
  readonly file: number;
  readonly answeredBy: number | undefined;
  readonly rescueLinks: readonly string[];
}

/** Who meddles, and what the attempt then comes to beside an ending that goes well. */
interface Row {
  /** Begins at one of the agent's calls, before or after it; what it gives is waited for. */
  readonly at: readonly [call: RegExp, when: "before" | "after"];
  readonly meddle: (scene: Duplicate) => unknown;
  readonly end: (scene: Duplicate, meddled: unknown) => Partial<End>;
}

const endedAll = /^the stale group of master \d+ is gone/;

const rows: Readonly<Record<string, Row>> = {
  "who serves is killed right after the plan": {
    at: [/^keep$/, "before"],
    meddle: async ({ owner }) => {
      signal(owner.master, "SIGKILL");
      await gone([owner.master]);
    },
    end: ({ stale, owner }) => ({
      outcome: "put-back",
      ending: expect.stringMatching(/^put back: serving master \d+ /) as unknown,
      staleLeft: startedAs(stale),
      ownerLeft: owner.workers,
      answeredBy: living(owner.workers[0]?.pid ?? 0)?.parentPid,
    }),
  },
  "the stopped master is let go": {
    at: [/^SIGTERM/, "after"],
    meddle: ({ stale }) => signal(stale.master, "SIGCONT"),
    end: () => ({
      ending: expect.stringMatching(/somebody let master \d+ go meanwhile/) as unknown,
    }),
  },
  "the stopped master is told to end": {
    at: [/^SIGTERM/, "after"],
    meddle: ({ stale }) => signal(stale.master, "SIGTERM"),
    end: () => ({}),
  },
  "the stopped master is told to end before its workers are": {
    at: [/^SIGSTOP/, "after"],
    meddle: ({ stale }) => {
      untilStopped(stale.master);
      signal(stale.master, "SIGTERM");
    },
    end: () => ({}),
  },
  "the stopped master is told to end, and the path removed, so that it would be put back": {
    at: [/^SIGSTOP/, "after"],
    meddle: ({ stale, path }) => {
      untilStopped(stale.master);
      signal(stale.master, "SIGTERM");
      rmSync(path);
    },
    // where the stop took a moment, the path is back before anything is read again, and it goes on
    end: () => ({
      outcome: expect.stringMatching(/^(?:failed|ended)$/) as RemediationOutcome,
      ending: expect.stringMatching(
        /somebody told master \d+ to end while it was stopped|is gone, and master \d+ serves/,
      ) as unknown,
    }),
  },
  "a third gunicorn takes the path": {
    at: [/^SIGTERM/, "after"],
    meddle: async ({ folder }) => await startGunicorn({ folder, daemon: true }),
    end: ({ path }, third) => ({
      outcome: "failed",
      ending: expect.stringMatching(/^another socket file stands at /) as unknown,
      file: statSync(path).ino,
      answeredBy: (third as Gunicorn).master.pid,
    }),
  },
};

test("somebody meddles with real processes: the path is kept, and nobody stays stopped", async () => {
  const folder = testFolder();
  const told = await together(
    Object.entries(rows).map(async ([name, row], at) => {
      return [name, await endMeddled(subFolder(folder, `${at}`), row)] as const;
    }),
  );
  expect(Object.fromEntries(told.map(([name, { seen }]) => [name, seen]))).toEqual(
    Object.fromEntries(told.map(([name, { expected }]) => [name, expected])),
  );
});

test("a path that is removed in the middle of the wait is back at once", async () => {
  const removed: Row = {
    at: [/^SIGTERM/, "after"],
    meddle: async ({ path }) => {
      rmSync(path);
      let looks = 0;
      await waitFor("the path to be back", () => {
        looks += 1;
        return existsSync(path);
      });
      return looks;
    },
    end: (_, looks) => {
      expect(Number(looks)).toBeLessThanOrEqual(LOST_LOOKS);
      return { ending: expect.stringMatching(/was lost and put back/) as unknown };
    },
  };
  const { seen, expected } = await endMeddled(testFolder(), removed);
  expect(seen).toEqual(expected);
});

async function endMeddled(
  folder: TestFolder,
  { at: [call, when], meddle, end }: Row,
): Promise<{ readonly seen: End; readonly expected: End }> {
  const scene = await startDuplicate({ folder, workers: 2, timeoutSeconds: 3600 });
  const { path, stale, owner } = scene;
  const held = await heldRequest(folder, scene.stalePath);
  let meddling: Promise<unknown> | undefined;
  const onCall: OnCall = (made, moment) => {
    if (meddling !== undefined || moment !== when || !call.test(made)) return;
    meddling = Promise.resolve(meddle(scene));
    void letGoAfter(meddling, held);
  };
  const record = await carryOutAt({ path, stateDir: folder.at("state"), graceMs: 60_000, onCall });
  const meddled = await meddling;
  const { status } = await held.answer;
  expect(status).toBe(200);
  const left = membersOf(stale);
  const seen: End = {
    outcome: record.outcome,
    ending: record.ending,
    staleLeft: left,
    stopped: [...left, ...membersOf(owner)].filter(({ pid }) => stateOf(pid) === "T"),
    ownerLeft: membersOf(owner),
    file: statSync(path).ino,
    answeredBy: await answeredBy(path),
    rescueLinks: rescueLinksIn(folder),
  };
  const well: End = {
    outcome: "ended",
    ending: expect.stringMatching(endedAll) as unknown,
    staleLeft: [],
    stopped: [],
    ownerLeft: startedAs(owner),
    file: scene.inode,
    answeredBy: owner.master.pid,
    rescueLinks: [],
  };
  return { seen, expected: { ...well, ...end(scene, meddled) } };
}

/**
 * A SIGTERM that is sent while SIGSTOP is under way is taken first: nobody sees it wait any more,
 * and who is let go then ends. At once, as the call of the agent waits for this.
 */
function untilStopped({ pid }: ProcessId): void {
  const moment = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; stateOf(pid) !== "T" && looks < 10_000; looks += 1) {
    Atomics.wait(moment, 0, 0, 1);
  }
}

async function letGoAfter(
  meddling: Promise<unknown>,
  held: Awaited<ReturnType<typeof heldRequest>>,
): Promise<void> {
  // awaited by the test as well, which then tells why it failed
  await Promise.allSettled([meddling]);
  await sleep(BUSY_MS);
  held.letGo();
}

/** By which master's worker; workers without one are nobody's. */
async function answeredBy(path: string): Promise<number> {
  return (await whoAnswers(path)).parent;
}
