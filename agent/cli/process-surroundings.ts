import { inBackground } from "./background.ts";
import type { Output, Surroundings } from "./surroundings.ts";

/** A standard stream; only a terminal has the last two. */
type Stream = NodeJS.WriteStream & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * What the commands see of a standard stream. The first failed write, by whatever error, aborts
 * `stop`: the reader has gone, the terminal is lost, the disk is full. None of them ends the
 * process, which may be in the middle of something.
 */
export function outputOf(stream: Stream, stop: AbortController): Output {
  let lost: NodeJS.ErrnoException | undefined;
  function lose(error: NodeJS.ErrnoException): void {
    lost ??= error;
    stop.abort();
  }
  /** Files throw at once what pipes and terminals tell by an event. */
  function attempt(text: string, done?: (error?: Error | null) => void): void {
    try {
      stream.write(text, done);
    } catch (error) {
      lose(error instanceof Error ? error : new Error(String(error)));
      done?.();
    }
  }
  stream.on("error", lose);
  return {
    write(text) {
      if (lost === undefined) attempt(text);
    },
    async flushed() {
      // an empty write is answered after those before it
      const error = await new Promise<Error | null | undefined>((resolve) => {
        if (lost === undefined) attempt("", resolve);
        else resolve(undefined);
      });
      if (error instanceof Error) lose(error);
      return lost?.code === "EPIPE" ? undefined : lost;
    },
    isTerminal: stream.isTTY ?? false,
    // a terminal that was never told its size, as on a serial line, says 0
    columns: stream.columns === 0 ? undefined : stream.columns,
  };
}

function stopOnSignals(stop: AbortController): AbortSignal {
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

/** The surroundings of this very process. To be asked for once: it listens to stdout and stderr. */
export function processSurroundings(): Surroundings {
  const stop = new AbortController();
  return {
    workingDirectory: process.cwd(),
    defaultSettingsPath: "/etc/onemaster/onemaster.yml",
    // no-color.org: any value but the empty one
    plainText: (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb",
    stdout: outputOf(process.stdout, stop),
    stderr: outputOf(process.stderr, stop),
    // loaded when used: a command pays only for what it does
    async look(settings) {
      const { lookOnce } = await import("../run/look.ts");
      return lookOnce(settings);
    },
    async runAgent(options) {
      const { runAgent } = await import("../run/agent.ts");
      return runAgent(options);
    },
    stopSignal: () => stopOnSignals(stop),
    inBackground: () => inBackground("/proc/self/stat"),
    sleep,
  };
}
