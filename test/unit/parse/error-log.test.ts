import { describe, expect, it } from "vitest";
import type { LogMark } from "../../../agent/model/occurrence.ts";
import { scanErrorLog, type ErrorLogContent } from "../../../agent/parse/error-log.ts";

/** A clock two hours east of UTC, for logs that name no offset. */
const localClock = (wallMs: number): number => wallMs - 7_200_000;

interface Scanned {
  readonly lines: readonly string[];
  readonly masters?: Set<number>;
  readonly maxMarks?: number;
}

function scan({ lines, masters = new Set(), maxMarks = 1_000 }: Scanned): ErrorLogContent {
  const one = scanErrorLog({ localClock, masters, maxMarks });
  for (const text of lines) one.add(text);
  return one.finish();
}

/** A line of process 7, unless said, at this second of a minute. */
function line(message: string, { second = 0, pid = 7, level = "INFO" } = {}): string {
  const seconds = String(second).padStart(2, "0");
  return `[2026-11-22 18:04:${seconds} +0000] [${pid}] [${level}] ${message}`;
}

const minute = Date.parse("2026-11-22T18:04:00Z");

/** The marks without what is the same in all. */
function marksOf(lines: readonly string[]): readonly object[] {
  return scan({ lines }).marks.map(({ line: _line, atMs: _atMs, pid: _pid, ...mark }) => mark);
}

describe("a line of gunicorn's error.log", () => {
  it.each<[string, string, object]>([
    ["a start", "Starting gunicorn 20.1.0", { kind: "start" }],
    [
      "a listener with its pid, since 0.17",
      "Listening at: unix:sampleplatform.sock (7)",
      { kind: "listen", addresses: ["unix:sampleplatform.sock"], names: 7 },
    ],
    [
      "several listeners",
      "Listening at: http://127.0.0.1:8000,unix:/srv/a b.sock (7)",
      { kind: "listen", addresses: ["http://127.0.0.1:8000", "unix:/srv/a b.sock"], names: 7 },
    ],
    [
      "a rebind on HUP, which names no pid",
      "Listening at: unix:b.sock",
      { kind: "listen", addresses: ["unix:b.sock"], names: undefined },
    ],
    [
      "a name in UTF-8",
      Buffer.from("Listening at: unix:/srv/ä.sock (7)").toString("latin1"),
      { kind: "listen", addresses: ["unix:/srv/ä.sock"], names: 7 },
    ],
    [
      "a name that is no UTF-8",
      "Listening at: unix:/srv/\xff.sock (7)",
      { kind: "listen", addresses: ["unix:/srv/\\xff.sock"], names: 7 },
    ],
    ["TERM", "Handling signal: term", { kind: "stop-signal" }],
    ["INT", "Handling signal: int", { kind: "stop-signal" }],
    ["QUIT", "Handling signal: quit", { kind: "stop-signal" }],
    ["an upgrade", "Handling signal: usr2", { kind: "usr2" }],
    ["an end", "Shutting down: Master", { kind: "down", upgrade: false }],
    ["the end of a successor", "Shutting down: Master.2", { kind: "down", upgrade: true }],
    ["a promotion", "Master has been promoted.", { kind: "promoted" }],
    ["a crash", "Unhandled exception in main loop:", { kind: "crash" }],
  ])("tells %s", (_, message, mark) => {
    expect(marksOf([line(message)])).toEqual([mark]);
  });

  it.each([
    "Handling signal: hup",
    "Handling signal: winch",
    "Using worker: sync",
    "Shutting down: Slave",
    "Listening at:",
    "Starting gunicorn",
    "Master is here.",
    "Unhandled exception",
    "Hang up: Master",
    "",
  ])("tells nothing of a master's life with %j", (message) => {
    expect(scan({ lines: [line(message)] })).toMatchObject({ marks: [], notUnderstood: 0 });
  });

  it.each<[string, string, string]>([
    ["19.1.1 and newer", "[2026-11-22 18:04:09 +0100]", "2026-11-22T17:04:09Z"],
    ["19.0, in the host's zone", "2026-11-22 18:04:09", "2026-11-22T16:04:09Z"],
  ])("has the time of gunicorn %s", (_, stamp, at) => {
    const { marks } = scan({ lines: [`${stamp} [7] [INFO] Handling signal: term`] });
    expect(marks).toEqual([{ kind: "stop-signal", pid: 7, atMs: Date.parse(at), line: 1 }]);
  });

  it.each([
    ["a format of logconfig", "INFO 2026-11-22 gunicorn.error Starting gunicorn 20.1.0"],
    ["a moment that no day has", "[2026-13-22 18:04:00 +0000] [7] [INFO] Starting gunicorn 20.1.0"],
    ["two lines in one", "[2026-11-22 18:0[2026-11-22 18:04:00 +0000] [7] [INFO] Starting"],
    [
      "a level that there is not",
      "[2026-11-22 18:04:00 +0000] [7] [LOUD] Starting gunicorn 20.1.0",
    ],
    ["what the application printed", "hello"],
    ["an exception that is nobody's", "FileNotFoundError: [Errno 2] No such file or directory"],
  ])("is not understood as %s", (_, text) => {
    expect(scan({ lines: [text] })).toMatchObject({ marks: [], lines: 1, notUnderstood: 1 });
  });

  it.each(["", "  workers: 4", "\tat x", "Traceback (most recent call last):"])(
    "may go on with %j",
    (text) => {
      expect(scan({ lines: [text] })).toMatchObject({ marks: [], lines: 1, notUnderstood: 0 });
    },
  );

  it("may be what a refused start says on stderr", () => {
    const text = "Error: Already running on PID 7 (or pid file 'gunicorn.pid' is stale)";
    expect(scan({ lines: [text] }).notUnderstood).toBe(0);
  });
});

describe("an error.log", () => {
  it("names its first and last moment", () => {
    const found = scan({ lines: ["x", line("a", { second: 3 }), line("b", { second: 9 }), "y"] });
    expect(found).toMatchObject({ firstMs: minute + 3_000, lastMs: minute + 9_000, lines: 4 });
  });

  it("has no moment without a line of gunicorn", () => {
    expect(scan({ lines: ["x"] })).toMatchObject({ firstMs: undefined, lastMs: undefined });
  });

  it("tells when a master was last heard of before its next mark, and at the end", () => {
    const { marks } = scan({
      lines: [
        line("Starting gunicorn 20.1.0"),
        line("4 workers", { second: 1 }),
        line("Hang up: Master", { second: 2 }),
        line("Handling signal: term", { second: 3 }),
        line("WORKER TIMEOUT (pid:9)", { second: 4 }),
        line("a worker's line", { second: 5, pid: 9 }),
      ],
    });
    expect(marks.map(({ kind, atMs }) => [kind, (atMs - minute) / 1_000])).toEqual([
      ["start", 0],
      ["seen", 2],
      ["stop-signal", 3],
      ["seen", 4],
    ]);
  });

  it("knows masters of older files", () => {
    const masters = new Set([7]);
    expect(scan({ lines: [line("4 workers")], masters }).marks).toHaveLength(1);
  });

  it("takes a lost socket for the crash of the master that was told to end", () => {
    const lost = "FileNotFoundError: [Errno 2] No such file or directory: 'a.sock'";
    const { marks, notUnderstood } = scan({
      lines: [
        line("Handling signal: term"),
        "Traceback (most recent call last):",
        "StopIteration",
        lost,
        line("Worker exiting (pid: 9)", { pid: 9 }),
        lost,
      ],
    });
    expect(marks.map(({ kind, pid, line: at }) => [kind, pid, at])).toEqual([
      ["stop-signal", 7, 1],
      ["crash", 7, 4],
    ]);
    expect(notUnderstood).toBe(1);
  });

  it("tells when the worker was booted whose master died", () => {
    const { marks } = scan({
      lines: [
        line("Booting worker with pid: 9", { pid: 9 }),
        line("Parent changed, shutting down: <Worker 9>", { pid: 9, second: 30 }),
        line("Parent changed, shutting down: <Worker 8>", { pid: 8, second: 31 }),
      ],
    });
    expect(marks).toEqual<LogMark[]>([
      { kind: "orphan", pid: 9, line: 2, atMs: minute + 30_000, bootedMs: minute },
      { kind: "orphan", pid: 8, line: 3, atMs: minute + 31_000, bootedMs: undefined },
    ]);
  });

  it("forgets the oldest of very many workers", () => {
    const boots = Array.from({ length: 5_000 }, (_, index) =>
      line(`Booting worker with pid: ${index + 10}`, { pid: index + 10 }),
    );
    const dying = (pid: number) => line("Parent changed, shutting down: <Worker>", { pid });
    const { marks } = scan({ lines: [...boots, dying(10), dying(5_009)] });
    expect(marks.map((mark) => mark.kind === "orphan" && mark.bootedMs)).toEqual([
      undefined,
      minute,
    ]);
  });

  it("counts how often the clock was set back, not lines that are a little out of order", () => {
    const seconds = [10, 9, 30, 25, 26, 3, 4];
    const lines = seconds.map((second) => line("4 workers", { second }));
    expect(scan({ lines }).clockSetBack).toBe(1);
  });

  it("keeps the newest marks when there are too many, and counts the others", () => {
    const lines = [1, 2, 3, 4, 5].map((pid) => line("Starting gunicorn 20.1.0", { pid }));
    const { marks, marksDropped } = scan({ lines, maxMarks: 4 });
    expect(marks.map(({ pid }) => pid)).toEqual([3, 4, 5]);
    expect(marksDropped).toBe(2);
  });
});
