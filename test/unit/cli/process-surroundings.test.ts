import { closeSync, createWriteStream, openSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { outputOf, processSurroundings } from "../../../agent/cli/process-surroundings.ts";

const surroundings = processSurroundings();

describe("outputOf", () => {
  it.each([
    ["the width of a terminal", 100, 100],
    ["no width where a terminal says 0, as on a serial line", 0, undefined],
    ["no width without a terminal", undefined, undefined],
  ])("knows %s", (_, columns, expected) => {
    const stream = Object.assign(Object.create(process.stdout), { columns });
    expect(outputOf(stream, new AbortController()).columns).toBe(expected);
  });
});

describe("sleep", () => {
  it("waits as long as it is told to", async () => {
    vi.useFakeTimers();
    try {
      const woke = vi.fn<() => void>();
      const slept = surroundings.sleep(2_000, new AbortController().signal).then(woke);
      await vi.advanceTimersByTimeAsync(1_999);
      expect(woke).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await slept;
      expect(woke).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });

  it("returns at once when it is told to stop, before or meanwhile", async () => {
    const stop = new AbortController();
    const slept = surroundings.sleep(3_600_000, stop.signal);
    stop.abort();
    await slept;
    await surroundings.sleep(3_600_000, stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });
});

describe("stopSignal", () => {
  it("aborts, without a failure, when nobody reads stdout any more", () => {
    const stop = surroundings.stopSignal();
    expect(stop.aborted).toBe(false);
    process.stdout.emit("error", Object.assign(new Error("write"), { code: "EPIPE" }));
    expect(stop.aborted).toBe(true);
  });
});

/** A stream on which every write fails with this code: at once, or by an event. */
function broken(code: string, how: "throws" | "emits"): NodeJS.WriteStream & { writes: number } {
  const error = Object.assign(new Error(`${code}: write`), { code });
  const stream = Object.assign(
    new Writable({
      write(_chunk, _encoding, done) {
        stream.writes += 1;
        if (how === "throws") throw error;
        done(error);
      },
    }),
    { writes: 0 },
  );
  return stream as Writable as NodeJS.WriteStream & { writes: number };
}

describe("a stream that cannot be written", () => {
  it.each(
    (["EIO", "ENOSPC", "EPIPE"] as const).flatMap((code) =>
      (["throws", "emits"] as const).map((how) => [how, code] as const),
    ),
  )("that %s %s is silent from then on, and says stop", async (how, code) => {
    const stop = new AbortController();
    const stream = broken(code, how);
    const output = outputOf(stream, stop);
    output.write("one");
    const lost = await output.flushed();
    expect(lost?.message).toBe(code === "EPIPE" ? undefined : `${code}: write`);
    expect(stop.signal.aborted).toBe(true);
    output.write("two");
    await output.flushed();
    expect(stream.writes).toBe(1);
  });

  it("is told from one that can, whose text is all through", async () => {
    const stop = new AbortController();
    let written = "";
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        setImmediate(() => {
          written += chunk.toString();
          done();
        });
      },
    });
    const output = outputOf(stream as NodeJS.WriteStream, stop);
    output.write("one ");
    output.write("two");
    expect(await output.flushed()).toBeUndefined();
    expect(written).toBe("one two");
    expect(stop.signal.aborted).toBe(false);
  });

  it("knows a full disk", async () => {
    const descriptor = openSync("/dev/full", "w");
    const stream = createWriteStream("", { fd: descriptor, autoClose: false });
    const output = outputOf(stream as Writable as NodeJS.WriteStream, new AbortController());
    output.write("one");
    expect(await output.flushed()).toMatchObject({ code: "ENOSPC" });
    closeSync(descriptor);
  });
});
