import { execFile } from "node:child_process";

/** How a tool of the host ended. */
export interface ToolRan {
  /** It ended with exit status 0. */
  readonly ok: boolean;
  readonly stdout: string;
  /** The lines that it wrote to stderr, empty ones left out. */
  readonly said: readonly string[];
  /** One line: what it said on stderr, or how it ended. Empty when `ok`. */
  readonly why: string;
}

/** Runs a tool of the host. Never rejects. */
export type HostTool = (
  program: string,
  words: readonly string[],
  patienceMs: number,
) => Promise<ToolRan>;

const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Runs a program with these words, no shell between, and waits for its end; after `patienceMs` it
 * is killed, and what it asked for may go on. It says what it says in English.
 */
export const runTool: HostTool = (program, words, patienceMs) =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
      LC_ALL: "C.UTF-8",
      SYSTEMD_COLORS: "0",
      SYSTEMD_URLIFY: "0",
      SYSTEMD_PAGER: "",
    };
    const options = {
      timeout: patienceMs,
      killSignal: "SIGKILL",
      maxBuffer: LARGEST_ANSWER_BYTES,
      encoding: "utf8",
      env,
    } as const;
    execFile(program, words, options, (error, stdout, stderr) => {
      const lines = stderr.split("\n").map((line) => line.trim());
      const said = lines.filter((line) => line !== "");
      if (error === null) return resolve({ ok: true, stdout, said, why: "" });
      const late = error.killed === true ? `no end after ${patienceMs / 1000} s` : undefined;
      const how =
        said.length === 0 ? `it ended with ${error.code ?? error.signal}` : said.join("; ");
      resolve({ ok: false, stdout, said, why: `${program}: ${late ?? how}` });
    });
  });
