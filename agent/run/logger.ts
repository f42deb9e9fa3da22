import { writeSync } from "node:fs";
import { pino, type Logger } from "pino";
import type { LogFormat } from "../model/log-format.ts";
import { journalLine } from "./journal-log.ts";

export type { Logger };

/**
 * Pretty where somebody reads along, JSON everywhere else: systemd sets JOURNAL_STREAM for
 * services whose output goes to the journal (systemd.exec(5)).
 */
export function logFormatFor(stdoutIsTerminal: boolean, env: NodeJS.ProcessEnv): LogFormat {
  return stdoutIsTerminal && env["JOURNAL_STREAM"] === undefined ? "pretty" : "json";
}

/**
 * A logger that writes to stdout at once, so that nothing is lost when the process ends. A line
 * that cannot be written, as on a full disk, is lost and told to `lost`: it ends neither the agent
 * nor what the agent is at.
 */
export async function createLogger(
  format: LogFormat,
  colour: boolean,
  lost: () => void,
): Promise<Logger> {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (format !== "pretty") {
    return pino(options, {
      write(line: string) {
        try {
          writeSync(1, format === "journal" ? journalLine(line) : line);
        } catch {
          lost();
        }
      },
    });
  }
  // loaded only here: nobody reads along on most hosts, and it costs memory
  const { pinoPretty } = await import("./pretty-log.ts");
  return pino(options, pinoPretty(colour));
}
