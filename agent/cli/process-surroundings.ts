import type { AgentOptions, Output, Surroundings } from "./surroundings.ts";

/** A standard stream; only a terminal has the last two. */
type Stream = NodeJS.WriteStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What the commands see of a standard stream. */
export function outputOf(stream: Stream): Output {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY ?? false,
    // a terminal that was never told its size, as on a serial line, says 0
    columns: stream.columns === 0 ? undefined : stream.columns,
  };
}

/** Aborts `stop` when the reader of `stream` has gone, as `| head` does; that is no failure. */
function stopWhenUnread(stream: Stream, stop: AbortController): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stop.abort();
  });
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
  stopWhenUnread(process.stdout, stop);
  stopWhenUnread(process.stderr, stop);
  return {
    workingDirectory: process.cwd(),
    defaultSettingsPath: "/etc/onemaster/onemaster.yml",
    // no-color.org: any value but the empty one
    plainText: (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb",
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    // loaded when used: a command pays only for what it does
    async look(settings) {
      const { lookOnce } = await import("../run/look.ts");
      return lookOnce(settings);
    },
    async runAgent(options: AgentOptions) {
      const { runAgent } = await import("../run/agent.ts");
      return runAgent(options);
    },
    stopSignal: () => stopOnSignals(stop),
    sleep,
  };
}
