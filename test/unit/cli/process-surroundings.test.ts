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
    expect(outputOf(stream).columns).toBe(expected);
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

  it("lets every other error of stdout through", () => {
    const error = Object.assign(new Error("write"), { code: "ENOSPC" });
    expect(() => process.stdout.emit("error", error)).toThrow(error);
  });
});
