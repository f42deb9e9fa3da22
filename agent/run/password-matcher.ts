import { spawn } from "node:child_process";
import type { PasswordMatcher } from "../expose/basic-auth.ts";

/** The word by which this program computes one hash and ends; not for people. */
export const matcherWord = "_match-password";

/** What such a child answers, a line. */
export const matcherAnswers = { same: "same", other: "other" } as const;

/** A hash of the highest cost that is taken needs some two seconds, and the host may be busy. */
const LIMIT_MS = 30_000;

/**
 * Matches passwords in a child process each, this program again. The agent's own V8 does without
 * its compilers to stay small, and would need 1.4 s for a hash of cost 10 and 5 s for one of cost
 * 12, in pieces of 100 ms in which it cannot scan; a child needs 0.1 and 0.3 s.
 */
export async function createPasswordMatcher(): Promise<PasswordMatcher> {
  const { isSea } = await import("node:sea");
  // a single executable is its own program file
  const program = isSea() ? [] : [process.argv[1] ?? ""];
  return (password, hash) => matchInChild([...program, matcherWord], { password, hash });
}

function matchInChild(
  parameters: readonly string[],
  question: { readonly password: string; readonly hash: string },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      cwd: "/",
      stdio: ["pipe", "pipe", "ignore"],
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (said === `${matcherAnswers.same}\n`) resolve(true);
      else if (said === `${matcherAnswers.other}\n`) resolve(false);
      else reject(new Error(`the child that checks a password ended with ${signal ?? code}`));
    });
    // one that ended before it read is told by its exit
    child.stdin.on("error", () => undefined);
    // never as a parameter, which every user may read
    child.stdin.end(JSON.stringify(question));
  });
}
