import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { AgentOptions } from "../run/agent.ts";

/** A stream that text goes to. */
export interface Output {
  /** Never throws. Once a write has failed, nothing more is written. */
  write(text: string): void;
  /**
   * Resolves once all of it is written or lost: with why it was lost, or undefined. That nobody
   * reads any more, as after `| head`, is no loss.
   */
  flushed(): Promise<Error | undefined>;
  readonly isTerminal: boolean;
  /** Width of the terminal in characters; undefined where nobody knows. */
  readonly columns: number | undefined;
}

/** Everything that commands touch outside of themselves. Tests hand in their own. */
export interface Surroundings {
  /** Absolute path that relative ones start from. */
  readonly workingDirectory: string;
  /** The settings file that is used, if it is there, when none is named. */
  readonly defaultSettingsPath: string;
  /** True where the environment asks for text without colour. */
  readonly plainText: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  /** One full look at the host. */
  look(settings: Settings): Promise<Report>;
  /** Watches until it is told to stop; gives the exit code. */
  runAgent(options: AgentOptions): Promise<number>;
  /** Aborts on SIGINT, SIGTERM, and when stdout or stderr cannot be written any more. */
  stopSignal(): AbortSignal;
  /** False while this process has its terminal for itself, or has none. Never throws. */
  inBackground(): boolean;
  /** Waits; returns early, without an error, once the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
