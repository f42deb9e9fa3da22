import type { Surroundings } from "../../../agent/cli/surroundings.ts";

/** Surroundings without a terminal, and what was written in them. */
export function quiet(): {
  readonly surroundings: Surroundings;
  readonly written: { stdout: string; stderr: string };
  readonly stop: AbortController;
} {
  const written = { stdout: "", stderr: "" };
  const stop = new AbortController();
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => void (written[name] += text),
    flushed: () => Promise.resolve(undefined),
    isTerminal: false,
    columns: undefined,
  });
  const surroundings: Surroundings = {
    workingDirectory: "/srv/shop",
    defaultSettingsPath: "/nonexistent/onemaster.yml",
    plainText: false,
    stdout: output("stdout"),
    stderr: output("stderr"),
    look: () => Promise.reject(new RangeError("nobody looks")),
    runAgent: () => Promise.reject(new RangeError("nobody runs")),
    stopSignal: () => stop.signal,
    inBackground: () => false,
    sleep: () => Promise.resolve(),
  };
  return { surroundings, written, stop };
}
