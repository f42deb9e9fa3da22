import { statSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { ProcessId } from "../../agent/model/process.ts";
import {
  type Duplicate,
  membersOf,
  mounted,
  type Place,
  remediate,
  rescueLinksIn,
  run,
  startDuplicate,
  startedAs,
} from "../support/acting.ts";
import { subFolder, testFolder, type TestFolder } from "../support/folder.ts";
import { type Gunicorn, type GunicornOptions, startGunicorn } from "../support/gunicorn.ts";
import { heldRequest } from "../support/http.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { together } from "../support/together.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss", "eventlet"));

/** A hook of gunicorn's own configuration, for workers of the group that becomes stale. */
const ignoresTerm = `import signal
def post_worker_init(worker):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
`;
const doesNothingOnTerm = `import signal
def post_worker_init(worker):
    signal.signal(signal.SIGTERM, lambda *_: None)
`;
const leavesByHalf = `import ctypes, signal, threading, time
def leave(*_):
    threading.Thread(target=time.sleep, args=(60,)).start()
    ctypes.CDLL(None).pthread_exit(None)
def post_worker_init(worker):
    signal.signal(signal.SIGTERM, leave)
`;
const hasDescendants = `import subprocess
def post_worker_init(worker):
    subprocess.Popen(["sh", "-c", "sleep 300 & sleep 300 & wait"], close_fds=False)
`;

/** What a row has to tell before the agent comes. */
interface Prepared {
  readonly settings?: Place["settings"];
  /** A request that the group is at, and that is let go once the group is asked to end. */
  readonly answer?: Promise<{ readonly status: number }>;
}

interface Row {
  readonly options?: Partial<GunicornOptions>;
  /** Text of the stale group's configuration. */
  readonly configuration?: string;
  /** Stale groups that are there before that one. */
  readonly older?: number;
  readonly prepare?: (scene: Duplicate) => Promise<Prepared>;
  /** Texts of the steps `end-workers`, in the order of the attempts. */
  readonly ended: readonly RegExp[];
  /** Absent: done. */
  readonly link?: "skipped";
}

const askedAndGone = /^2 workers had SIGTERM and finished; nobody needed SIGKILL$/;

const rows: Readonly<Record<string, Row>> = {
  "eventlet workers without a master, which never leave by themselves": {
    options: { workerClass: "eventlet" },
    prepare: killMaster,
    ended: [askedAndGone],
  },
  "workers without a master, one in the middle of a request": {
    prepare: async (scene) => {
      const { answer, letGo } = await heldRequest(scene.folder, scene.stalePath);
      await killMaster(scene);
      // the idle one has left: both were asked to
      const asked = waitFor(
        "the workers to be asked to end",
        () => membersOf(scene.stale).length < 2,
        110_000,
      );
      asked.finally(letGo).catch(() => undefined);
      return { answer };
    },
    ended: [askedAndGone],
  },
  "workers that ignore SIGTERM": {
    configuration: ignoresTerm,
    prepare: () => Promise.resolve({ settings: { grace: "1s" } }),
    // nothing shows that they are workers, and they would not hear it
    ended: [/^nobody had SIGTERM; pids \d+, \d+ needed SIGKILL$/],
  },
  "workers that do nothing on SIGTERM": {
    configuration: doesNothingOnTerm,
    prepare: () => Promise.resolve({ settings: { grace: "1s" } }),
    ended: [/^2 workers had SIGTERM; pids \d+, \d+ needed SIGKILL$/],
  },
  "workers whose main thread alone ends on SIGTERM": {
    configuration: leavesByHalf,
    prepare: () => Promise.resolve({ settings: { grace: "1s" } }),
    ended: [/^2 workers had SIGTERM; pids \d+, \d+ needed SIGKILL$/],
  },
  "workers with children and grandchildren": {
    configuration: hasDescendants,
    prepare: async ({ stale }) => {
      await waitFor("all descendants to be there", () => membersOf(stale).length === 9);
      return { settings: { grace: "1s" } };
    },
    ended: [/^2 workers had SIGTERM; pids \d+(?:, \d+){5} needed SIGKILL$/],
  },
  "three stale groups": {
    older: 2,
    ended: [askedAndGone, askedAndGone, askedAndGone],
  },
  "a socket in a folder that takes no second name": {
    prepare: async ({ folder }) => {
      await mounted(folder, folder.path, ["--bind", folder.path]);
      await run(folder, ["mount", "-o", "remount,bind,ro", folder.path]);
      return {};
    },
    ended: [askedAndGone],
    link: "skipped",
  },
};

/** What is compared of one row. */
interface Ending {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly outcomes: readonly (string | null)[];
  readonly links: readonly string[];
  readonly workers: readonly unknown[];
  readonly status: number | undefined;
  readonly staleLeft: readonly ProcessId[];
  readonly ownerLeft: readonly ProcessId[];
  readonly file: number;
  readonly rescueLinks: readonly string[];
}

test("groups of all kinds end by one command, as soon as who serves is old enough", async () => {
  const folder = testFolder();
  const told = await together(
    Object.entries(rows).map(async ([name, row], at) => {
      return [name, await endAll(subFolder(folder, `${at}`), row)] as const;
    }),
  );
  expect(Object.fromEntries(told.map(([name, { seen }]) => [name, seen]))).toEqual(
    Object.fromEntries(told.map(([name, { expected }]) => [name, expected])),
  );
});

async function endAll(
  folder: TestFolder,
  row: Row,
): Promise<{ readonly seen: Ending; readonly expected: Ending }> {
  const app = subFolder(folder, "app");
  const options = { folder: app, workers: 2, timeoutSeconds: 3600, ...row.options };
  const stales: Gunicorn[] = [];
  for (let started = 0; started < (row.older ?? 0); started += 1) {
    stales.push(await startGunicorn({ ...options, daemon: true }));
  }
  writeFileSync(folder.at("hooks.py"), row.configuration ?? "");
  const first = { extra: ["-c", folder.at("hooks.py")] };
  const scene = await startDuplicate(options, first);
  stales.push(scene.stale);
  const { answer, settings } = (await row.prepare?.(scene)) ?? {};
  const place = { folder, path: scene.path, ...(settings === undefined ? {} : { settings }) };
  const { exitCode, records, stderr } = await remediate(place);
  const texts = (wanted: string): readonly string[] =>
    records.flatMap(({ steps }) => steps.flatMap((one) => (one.step === wanted ? one.text : [])));
  return {
    seen: {
      exitCode,
      stderr,
      outcomes: records.map(({ outcome }) => outcome),
      links: records.flatMap(({ steps }) =>
        steps.flatMap(({ step, result }) => (step === "link" ? result : [])),
      ),
      workers: texts("end-workers"),
      status: (await answer)?.status,
      staleLeft: stales.flatMap(membersOf),
      ownerLeft: membersOf(scene.owner),
      file: statSync(scene.path).ino,
      rescueLinks: rescueLinksIn(app),
    },
    expected: {
      exitCode: 0,
      stderr: "",
      outcomes: row.ended.map(() => "ended"),
      links: row.ended.map(() => row.link ?? "done"),
      workers: row.ended.map((text) => expect.stringMatching(text) as unknown),
      status: answer === undefined ? undefined : 200,
      staleLeft: [],
      ownerLeft: startedAs(scene.owner),
      file: scene.inode,
      rescueLinks: [],
    },
  };
}

async function killMaster({ stale }: Duplicate): Promise<Prepared> {
  signal(stale.master, "SIGKILL");
  await gone([stale.master]);
  return {};
}
