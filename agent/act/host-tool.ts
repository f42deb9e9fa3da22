import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

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

/** Runs a tool of the host. Never rejects, also where no process can be started. */
export type HostTool = (
  program: string,
  words: readonly string[],
  patienceMs: number,
) => Promise<ToolRan>;

const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Runs a program with these words, no shell between, and waits for its end; after `patienceMs` it
 * is killed, and what it asked for may go on. It says what it says in English. It is in a session of
 * its own, so that no key at the terminal ends it: Ctrl-C is for who waits for it (execFile would
 * not pass `detached` on).
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
    let timer: NodeJS.Timeout | undefined;
    const broken = (error: unknown): void => {
      clearTimeout(timer);
      const why = `${program}: it ended with ${codeOf(error)}`;
      resolve({ ok: false, stdout: "", said: [], why });
    };
    let child: ChildProcessByStdio<null, Readable, Readable>;
    try {
      child = spawn(program, words, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      return broken(error);
    }
    child.once("error", broken);
    // not started, as "error" tells; without a descriptor left it has no pipes either
    if (child.pid === undefined) return;
    let cut: string | undefined;
    const end = (why: string): void => {
      cut ??= why;
      child.kill("SIGKILL");
      // what it has started may hold the pipes open
      child.stdout.destroy();
      child.stderr.destroy();
    };
    timer = setTimeout(() => end(`no end after ${patienceMs / 1000} s`), patienceMs);
    const stdout = collect(child.stdout, () => end(TOO_LONG));
    const stderr = collect(child.stderr, () => end(TOO_LONG));
    const over = (ok: boolean, how: string): void => {
      clearTimeout(timer);
      const lines = stderr.text().split("\n");
      const said = lines.map((line) => line.trim()).filter((line) => line !== "");
      if (ok && cut === undefined) {
        return resolve({ ok: true, stdout: stdout.text(), said, why: "" });
      }
      const what = cut ?? (said.length === 0 ? how : said.join("; "));
      resolve({ ok: false, stdout: stdout.text(), said, why: `${program}: ${what}` });
    };
    child.once("close", (code, signal) => over(code === 0, `it ended with ${code ?? signal}`));
  });

function codeOf(error: unknown): string {
  if (error instanceof Error) return "code" in error ? String(error.code) : error.message;
  return String(error);
}

const TOO_LONG = `more than ${LARGEST_ANSWER_BYTES} bytes`;

/** What comes out of a pipe; `tooLong` is called for more of it than is kept. */
function collect(from: Readable, tooLong: () => void): { text(): string } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  from.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER_BYTES) tooLong();
    else chunks.push(chunk);
  });
  return { text: () => Buffer.concat(chunks).toString("utf8") };
}
