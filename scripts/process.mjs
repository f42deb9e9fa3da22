import { spawn } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";

/** The checkout's root, with a slash at its end. */
export const root = new URL("..", import.meta.url).pathname;

/** The path of a command that a package of node_modules brings. */
export const bin = (name) => `${root}node_modules/.bin/${name}`;

/** What runs, with the signal that ends it where that is not the one that is to end us. */
const running = new Map();
let stopped;

/** The signal that ended this run early, or undefined. */
export function stoppedBy() {
  return stopped;
}

/** The exit code a shell gives a process that a signal ended. */
export function exitCodeOf({ code, signal }) {
  return code ?? 128 + constants.signals[signal];
}

/** Seconds with one decimal, for people. */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Runs a command in the checkout's root with our terminal. Promises its exit code or signal
 * and the time it took; a command that cannot be started is code 127, with the reason printed.
 * With a `label` each line that it writes begins with that, for commands that run beside others.
 * `endedBy` is the signal that ends it early, for a command that heeds no other.
 */
export function run(command, args, { env = {}, stdin = "inherit", label, endedBy } = {}) {
  const startedMs = performance.now();
  const output = label === undefined ? "inherit" : "pipe";
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: [stdin, output, output],
    });
    if (label !== undefined) {
      tellLines(child.stdout, process.stdout, label);
      tellLines(child.stderr, process.stderr, label);
    }
    running.set(child, endedBy);
    const end = (code, signal) => {
      running.delete(child);
      resolve({ code, signal, ms: performance.now() - startedMs });
    };
    child.once("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      end(127, null);
    });
    // not its exit: with a label, what it said last is still to be read then
    child.once("close", end);
  });
}

function tellLines(from, to, label) {
  createInterface({ input: from }).on("line", (line) => to.write(`${label} | ${line}\n`));
}

/**
 * From now on a signal that would end us goes to the running command instead, so that it can
 * stop cleanly and we can still report. A terminal gives Ctrl-C to the whole foreground group
 * by itself; a second one from us would look like impatience.
 */
export function passSignalsOn({ signals = ["SIGINT", "SIGTERM", "SIGHUP"] } = {}) {
  for (const signal of signals) {
    process.on(signal, () => {
      stopped = signal;
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      for (const [child, endedBy] of running) child.kill(endedBy ?? signal);
    });
  }
}
