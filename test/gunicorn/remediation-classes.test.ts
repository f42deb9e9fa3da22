import { statSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import {
  type Duplicate,
  membersOf,
  membersIn,
  remediate,
  rescueLinksIn,
  settled,
  startDuplicate,
  startedAs,
} from "../support/acting.ts";
import { subFolder, testFolder, type TestFolder } from "../support/folder.ts";
import { withoutSetproctitle } from "../support/gunicorn.ts";
import { slowRequest } from "../support/http.ts";
import { startLoad } from "../support/load.ts";
import { requireReal } from "../support/require-real.ts";
import { together } from "../support/together.ts";

/** A worker class, whether its app is loaded before the fork, and whether processes have titles. */
type Row = readonly [workerClass: string, preload: "preload" | "", titles: "titles" | ""];

const rows: readonly Row[] = [
  ["sync", "", "titles"],
  ["sync", "preload", ""],
  ["gthread", "", ""],
  ["gthread", "preload", "titles"],
  ["gevent", "", "titles"],
  ["gevent", "preload", ""],
  ["tornado", "", ""],
  ["tornado", "preload", "titles"],
  ["eventlet", "", "titles"],
  ["eventlet", "preload", ""],
];

const PER_SECOND = 200;
const AT_ONCE = 5;

/** What is compared of one ending. */
interface Ending {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly outcomes: readonly (string | null)[];
  readonly steps: readonly string[];
  readonly longRequest: number;
  readonly failures: readonly string[];
  readonly enoughLoad: boolean;
  readonly answeredBy: readonly number[];
  readonly file: number;
  readonly staleLeft: readonly unknown[];
  readonly ownerLeft: readonly unknown[];
  readonly rescueLinks: readonly string[];
}

test("five worker classes, preloaded or not, titled or not: the stale group ends, nobody feels it", async (context) => {
  requireReal(context, "root", "gunicorn", "ss", "gevent", "tornado", "eventlet");
  const folder = testFolder();
  const scenes = await together(rows.map((row) => start(folder, row)));
  await together(scenes.map(({ owner }) => settled(owner.master)));
  const ended: (readonly [string, Ending])[] = [];
  // as many at a time as two cores can load
  for (let at = 0; at < scenes.length; at += AT_ONCE) {
    const some = scenes.slice(at, at + AT_ONCE);
    ended.push(
      ...(await together(
        some.map(
          async (scene) => [basename(scene.folder.path), await endUnderLoad(scene)] as const,
        ),
      )),
    );
  }
  expect(Object.fromEntries(ended)).toEqual(
    Object.fromEntries(scenes.map((scene) => [basename(scene.folder.path), wellEnded(scene)])),
  );
  expect(membersIn(folder).filter(({ state }) => state === "T")).toEqual([]);
});

async function start(folder: TestFolder, [workerClass, preload, titles]: Row): Promise<Duplicate> {
  const own = subFolder(
    folder,
    [workerClass, preload, titles].filter((part) => part !== "").join("-"),
  );
  return await startDuplicate({
    folder: own,
    workers: 2,
    workerClass,
    extra: [
      ...(workerClass === "gthread" ? ["--threads", "4"] : []),
      ...(preload === "" ? [] : ["--preload"]),
    ],
    ...(titles === "" ? { env: withoutSetproctitle(own) } : {}),
  });
}

async function endUnderLoad(scene: Duplicate): Promise<Ending> {
  const { folder, path, stalePath, stale, owner } = scene;
  const slow = await slowRequest(folder, stalePath, 3);
  const startMs = performance.now();
  const load = await startLoad(path, PER_SECOND);
  const { exitCode, records, stderr } = await remediate({ folder, path });
  const { answered, failures, masters } = await load.stop();
  const tookSeconds = (performance.now() - startMs) / 1_000;
  return {
    exitCode,
    stderr,
    outcomes: records.map(({ outcome }) => outcome),
    steps: records.flatMap(({ steps }) => steps.map(({ step, result }) => `${step} ${result}`)),
    longRequest: (await slow.answer).status,
    failures,
    // a busy machine answers more slowly, but not by so much
    enoughLoad: answered > (tookSeconds * PER_SECOND) / 3,
    answeredBy: masters,
    file: statSync(path).ino,
    staleLeft: membersOf(stale),
    ownerLeft: membersOf(owner),
    rescueLinks: rescueLinksIn(folder),
  };
}

function wellEnded({ owner, inode }: Duplicate): Ending {
  return {
    exitCode: 0,
    stderr: "",
    outcomes: ["ended"],
    steps: ["link", "stop-master", "end-workers", "end-master", "verify", "unlink"].map(
      (step) => `${step} done`,
    ),
    longRequest: 200,
    failures: [],
    enoughLoad: true,
    answeredBy: [owner.master.pid],
    file: inode,
    staleLeft: [],
    ownerLeft: startedAs(owner),
    rescueLinks: [],
  };
}
