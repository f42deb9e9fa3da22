/** Debian releases that hosts run: systemd 252 with gunicorn 20.1, and 257 with 23.0. */
export const releases = ["bookworm", "trixie"] as const;

/** One of the releases. */
export type Release = (typeof releases)[number];

/** How a command on a host ended. */
export interface HostRan {
  /** 128 and the signal's number when a signal ended it, as a shell says it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command on a host. */
export interface HostRunOptions {
  /** What it reads; absent: nothing. */
  readonly stdin?: string | Buffer;
  /** It is killed after this time and counted as failed; absent: 60 s. */
  readonly timeoutMs?: number;
}

/** A command with its parameters, or a script for `sh -e`. */
export type HostCommand = string | readonly string[];

/** A host with systemd as pid 1, whether a container or a whole machine. */
export interface TestHost {
  /** Its host name. */
  readonly name: string;
  readonly release: Release;
  /** Runs a command as root in `/` and answers its stdout. Throws unless it exits 0. */
  run(command: HostCommand, options?: HostRunOptions): Promise<string>;
  /** Runs a command as root in `/` and answers how it ended. Throws when it cannot be started. */
  attempt(command: HostCommand, options?: HostRunOptions): Promise<HostRan>;
  /** Writes a file, with the folders above it, as root. Mode 0644 unless said. */
  write(path: string, content: string | Buffer, mode?: number): Promise<void>;
  /** Ends the host at once. Comes back when nothing of it is left; twice is once. */
  stop(): Promise<void>;
}

/** The words that a shell on the host gets for a command. */
export function wordsOf(command: HostCommand): readonly string[] {
  return typeof command === "string" ? ["sh", "-ec", command] : command;
}

/** The stdout of a command that exited 0; throws with all it said otherwise. */
export function outputOf(host: string, command: HostCommand, ran: HostRan): string {
  if (ran.exitCode !== 0) {
    const what = typeof command === "string" ? command : command.join(" ");
    throw new Error(
      `${host}: \`${what}\` ended with ${ran.exitCode}\n${ran.stdout}${ran.stderr}`.trimEnd(),
    );
  }
  return ran.stdout;
}
