import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { mergeMarks } from "../../../agent/detect/lifetimes-merge.ts";
import { withSightings } from "../../../agent/detect/lifetimes-sightings.ts";
import { livesOf } from "../../../agent/detect/lifetimes.ts";
import { byAddress } from "../../../agent/detect/occurrences-address.ts";
import { overlapsOf } from "../../../agent/detect/overlaps.ts";
import { readErrorLog, type ErrorLogFile } from "../../../agent/history/error-log-reader.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { yearOfLog } from "./year-of-log.ts";

/** Pids of second masters, those that are proven first. */
function secondsIn(files: readonly ErrorLogFile[]): { proven: number[]; possible: number[] } {
  const { lives } = livesOf("error.log", mergeMarks(files.map(({ content }) => content.marks)));
  const seen = withSightings(lives, { events: [], living: [], nowMs: Date.now() });
  const overlaps = byAddress([{ lives: seen, sockets: [] }]).flatMap((one) =>
    overlapsOf(one.lives, []),
  );
  const isProven = (overlap: (typeof overlaps)[number]) => overlap.first.some((one) => one.proven);
  return {
    proven: overlaps.filter(isProven).map(({ second }) => second.pid),
    possible: overlaps.filter((one) => !isProven(one)).map(({ second }) => second.pid),
  };
}

const start = (pid: number, second: number) => [
  `[2026-11-22 18:00:${second} +0000] [${pid}] [INFO] Starting gunicorn 20.1.0`,
  `[2026-11-22 18:00:${second} +0000] [${pid}] [INFO] Listening at: unix:a.sock (${pid})`,
];

describe("the error.log of a year", () => {
  it("has exactly the occurrences that were put into it, rotated and compressed", async () => {
    const { files, occurrences } = yearOfLog({ seed: 7, perDay: 4, noisePerDay: 30 });
    const path = join(temporaryFolder("history"), "error.log");
    files.forEach((lines, age) => {
      const text = `${lines.join("\n")}\n`;
      if (age === 0) writeFileSync(path, text);
      else if (age === 1) writeFileSync(`${path}.1`, text);
      else writeFileSync(`${path}.${age}.gz`, gzipSync(text));
    });
    const read = await readErrorLog(path);
    expect(read.map(({ failure }) => failure)).toEqual(files.map(() => undefined));
    expect(occurrences.length).toBeGreaterThan(50);
    expect(secondsIn(read)).toEqual({ proven: occurrences, possible: [] });
  });

  it("is put in order by what is in its files, not by their names", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    writeFileSync(path, `${start(7, 10).join("\n")}\n`);
    writeFileSync(`${path}-20260101`, `${start(8, 30).join("\n")}\n`);
    writeFileSync(`${path}.1`, `${start(9, 20).join("\n")}\n`);
    const read = await readErrorLog(path);
    expect(read.map((file) => file.path.slice(path.length))).toEqual(["", ".1", "-20260101"]);
  });

  it("may have a stale master that goes on writing to the file that was rotated away", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    const late = "[2026-11-22 18:00:50 +0000] [7] [INFO] Handling signal: term";
    writeFileSync(`${path}.1`, `${[...start(7, 10), late].join("\n")}\n`);
    writeFileSync(path, `${start(8, 20).join("\n")}\n`);
    expect(secondsIn(await readErrorLog(path))).toEqual({ proven: [8], possible: [] });
  });
});

describe("an error.log as gunicorn wrote it on a test host", () => {
  // Recorded with two restarts, a duplicate whose first master was told to end after 8 s, a killed
  // master and a start after that, an upgrade promoted, one rolled back, and a duplicate whose
  // second master was told to end after 7 s. The pids are those that the kernel told meanwhile.
  it.each([
    ["20.1", [181, 282]],
    ["23.0", [209, 293]],
  ])("of gunicorn %s has its two occurrences", async (version, proven) => {
    const path = new URL(`../../fixtures/error-log/gunicorn-${version}.txt`, import.meta.url);
    const [file, ...others] = await readErrorLog(path.pathname);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ failure: undefined, torn: false, content: { notUnderstood: 0 } });
    expect(secondsIn(file === undefined ? [] : [file])).toEqual({ proven, possible: [] });
  });
});

describe("a log file", () => {
  it("that is not there is said to be gone", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    const [file] = await readErrorLog(path);
    expect(file).toMatchObject({ path, failure: { kind: "gone", what: path, why: "ENOENT" } });
  });

  it("in a folder that is not there is said to be gone", async () => {
    const path = join(temporaryFolder("history"), "none", "error.log");
    const [file] = await readErrorLog(path);
    expect(file).toMatchObject({ path, failure: { kind: "gone", why: "ENOENT" } });
  });

  it("that is a folder is no log, and its neighbours are read", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    mkdirSync(path);
    writeFileSync(`${path}.1`, `${start(7, 10).join("\n")}\n`);
    const read = await readErrorLog(path);
    expect(read.map(({ failure, content }) => [failure?.why, content.lines])).toEqual([
      ["is no file", 0],
      [undefined, 2],
    ]);
  });

  it("that is cut short in its compressed part is read as far as it goes", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index} ${Math.sin(index)}`);
    const zipped = gzipSync(`${start(7, 10).join("\n")}\n${lines.join("\n")}\n`);
    writeFileSync(`${path}.1.gz`, zipped.subarray(0, zipped.length - 1_000));
    const read = await readErrorLog(path);
    const file = read.find((one) => one.path.endsWith(".gz"));
    expect(file?.failure?.kind).toBe("malformed");
    expect(file?.content.marks).toHaveLength(2);
  });

  it("whose last line has no end is read without that line", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    writeFileSync(path, start(7, 10).join("\n"));
    const [file] = await readErrorLog(path);
    expect(file).toMatchObject({ torn: true, content: { lines: 1, marks: [{ kind: "start" }] } });
  });

  it("with a line of a hundred megabytes costs no such memory", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    const huge = Buffer.alloc(100 * 1024 * 1024, "x");
    writeFileSync(path, Buffer.concat([huge, Buffer.from(`\n${start(7, 10).join("\n")}\n`)]));
    const [file] = await readErrorLog(path);
    expect(file).toMatchObject({ overlong: 1, content: { lines: 3, notUnderstood: 1 } });
    expect(file?.content.marks).toHaveLength(2);
  });

  it("tells how much of it was read", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    writeFileSync(path, "x\n".repeat(500_000));
    let bytes = 0;
    await readErrorLog(path, { onProgress: (read) => (bytes = read) });
    expect(bytes).toBe(1_000_000);
  });

  it("that may not be read is said to be denied", async () => {
    const root = temporaryFolder("history");
    chmodSync(root, 0o755);
    const path = join(root, "error.log");
    writeFileSync(path, "x\n");
    chmodSync(path, 0);
    const [file] = await asNobody(() => readErrorLog(path));
    expect(file?.failure?.kind).toBe("denied");
  });

  it("has no rotated files of other names", async () => {
    const path = join(temporaryFolder("history"), "error.log");
    for (const name of ["", ".1", ".2.gz", ".save", "ger", "-old", ".1.bak"]) {
      writeFileSync(path + name, "");
    }
    const read = await readErrorLog(path);
    expect(read.map((file) => file.path.slice(path.length)).toSorted()).toEqual([
      "",
      ".1",
      ".2.gz",
    ]);
  });
});

/** Root may read everything, so it is nobody meanwhile. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
