import { describe, expect, it, vi } from "vitest";
import { processSurroundings } from "../../../agent/cli/process-surroundings.ts";

const surroundings = processSurroundings();

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
