import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect, it, vi } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createSlowFiles } from "../../../agent/probe/slow-files.ts";
import { waitFor } from "../../support/wait.ts";
import { temporaryFolder } from "./fake-proc.ts";

const none = { gone: 0, denied: 0, malformed: 0, failed: 0 };

function setUp(patienceMs: number) {
  const folder = temporaryFolder();
  const log = createFailureLog();
  return { folder, log, slow: createSlowFiles(log, patienceMs) };
}

it("reads a file that answers", async () => {
  const { folder, slow, log } = setUp(2_000);
  writeFileSync(`${folder}/file`, "a\0b\0");
  expect(await slow.bytes(`${folder}/file`)).toEqual({ ok: true, value: Buffer.from("a\0b\0") });
  expect(log.totals).toEqual(none);
});

it("reads a file that comes in many pieces", async () => {
  const { folder, slow } = setUp(2_000);
  const content = Buffer.alloc(10_001, "0123456789\xff", "latin1");
  writeFileSync(`${folder}/file`, content);
  expect(await slow.bytes(`${folder}/file`)).toEqual({ ok: true, value: content });
});

it.each([
  ["gone", "missing", "ENOENT"],
  ["failed", "", "EISDIR"],
] as const)("counts what is %s", async (kind, name, why) => {
  const { folder, slow, log } = setUp(2_000);
  const what = `${folder}/${name}`;
  expect(await slow.bytes(what)).toEqual({ ok: false, failure: { kind, what, why } });
  expect(log.totals).toEqual({ ...none, [kind]: 1 });
});

it("gives up a file that never answers, and does not ask it twice at a time", async () => {
  const { folder, slow, log } = setUp(50);
  const what = `${folder}/pipe`;
  execFileSync("mkfifo", [what]);
  const failure = { kind: "failed", what, why: "no answer in 50 ms" };
  try {
    expect(await slow.bytes(what)).toEqual({ ok: false, failure });
    // no time passes for it: whoever waits for an answer waits for ever
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    expect(await slow.bytes(what)).toEqual({
      ok: false,
      failure: { ...failure, why: "still waiting for an earlier read" },
    });
    expect(log.totals).toEqual({ ...none, failed: 2 });
  } finally {
    vi.useRealTimers();
    await answer(what);
  }
});

it("asks again once an answer has come too late", async () => {
  const { folder, slow } = setUp(50);
  const what = `${folder}/pipe`;
  execFileSync("mkfifo", [what]);
  expect((await slow.bytes(what)).ok).toBe(false);
  await answer(what);
  rmSync(what);
  writeFileSync(what, "in time");
  await waitFor("an answer", async () => (await slow.bytes(what)).ok);
});

it("leaves no descriptor open", async () => {
  const { folder, slow } = setUp(2_000);
  writeFileSync(`${folder}/file`, "x");
  await slow.bytes(`${folder}/file`);
  const before = readdirSync("/proc/self/fd").length;
  for (let turn = 0; turn < 200; turn += 1) {
    await slow.bytes(`${folder}/file`);
    await slow.bytes(folder);
  }
  expect(readdirSync("/proc/self/fd")).toHaveLength(before);
});

/** Lets the read that waits for a writer go on, and ends it with these bytes. */
async function answer(pipe: string): Promise<void> {
  // ENXIO as long as the thread that is to read has not come to it
  const descriptor = await waitFor("somebody to read it", () =>
    openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK),
  );
  writeSync(descriptor, "late");
  closeSync(descriptor);
}
