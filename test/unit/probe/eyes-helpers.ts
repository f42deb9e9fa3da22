import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Eyes } from "../../../agent/model/acting.ts";
import { createEyes } from "../../../agent/probe/eyes.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { debianPython } from "../../support/python.ts";

/** Eyes on this host, with what they failed to read. */
export function realEyes() {
  const log = createFailureLog();
  return { eyes: createEyes({ procRoot: "/proc", log }), failures: log.totals };
}

/** A process of the test that has said a line; it is killed with the test. */
export interface Said {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Its first line. */
  readonly line: string;
}

/** Starts a Python script and waits for its first line. */
export function startPython(script: string): Promise<Said> {
  return start(debianPython, ["-u", "-c", script]);
}

/** Starts a program that says a line, and waits for it. */
async function start(file: string, parameters: readonly string[]): Promise<Said> {
  const child = spawn(file, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { child, pid: child.pid ?? 0, line: await firstLine(child.stdout) };
}

/** A line may come in pieces: unbuffered, Python writes each word by itself. */
async function firstLine(output: Readable): Promise<string> {
  let said = "";
  while (!said.includes("\n")) {
    const [piece]: unknown[] = await once(output, "data");
    said += String(piece);
  }
  return said.slice(0, said.indexOf("\n"));
}

/** The facts of a process that has to be there. */
export function seenBy(eyes: Eyes, pid: number) {
  const seen = eyes.process(pid);
  if (typeof seen === "string") throw new Error(`process ${pid} is ${seen}`);
  return seen;
}
