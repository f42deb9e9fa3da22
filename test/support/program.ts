import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { TestFolder } from "./folder.ts";
import { openLease, type Lease } from "./lease.ts";

/** A program started for one test; it and its descendants end with the test. */
export interface Program {
  readonly child: ChildProcess;
  readonly lease: Lease;
  /** A file with all it wrote to stdout and stderr. */
  readonly outputPath: string;
}

/** What to start and how. */
export interface ProgramOptions {
  readonly folder: TestFolder;
  /** The program and its parameters. */
  readonly command: readonly string[];
  /** Absent: the test's folder. */
  readonly cwd?: string;
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program with a lease as descriptor 3 and its output in a file. A program that
 * cannot be spawned shows as an `error` event, which ends the test.
 */
export function startProgram({ folder, command, cwd, env }: ProgramOptions): Program {
  const [file, ...parameters] = command;
  if (file === undefined) {
    throw new TypeError("no command to start");
  }
  const lease = openLease(folder.leases);
  const outputPath = `${lease.path}.out`;
  const output = openSync(outputPath, "a");
  try {
    const child = spawn(file, parameters, {
      cwd: cwd ?? folder.path,
      env: { ...process.env, ...env },
      stdio: ["ignore", output, output, lease.fd],
    });
    return { child, lease, outputPath };
  } finally {
    closeSync(output);
    closeSync(lease.fd);
  }
}

/** Waits for a started program to end by itself and answers its exit code, null after a signal. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode);
  }
  return new Promise((resolve, reject) => {
    child.once("exit", resolve);
    child.once("error", reject);
  });
}
