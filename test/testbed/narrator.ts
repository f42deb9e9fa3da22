import { isatty } from "node:tty";
import { createColors } from "picocolors";
import type { TestHost } from "./test-host.ts";

/** Colour only where stdout is a terminal: picocolors itself also takes CI for one. */
export const colours = createColors(
  isatty(process.stdout.fd) && (process.env["NO_COLOR"] ?? "") === "",
);

/** Tells people on stdout what happens on a host. */
export interface Narrator {
  /** A sentence. */
  say(text: string): void;
  /** One line of output. */
  tell(line: string): void;
  /** The heading of a step, numbered, and what there is to know about it. */
  step(heading: string, ...remarks: readonly string[]): void;
  /**
   * A command as if typed at a prompt, then what it prints on the host. With `work` that is
   * done instead and may tell its own output.
   */
  show(command: string, work?: () => Promise<void>): Promise<void>;
}

/** Opens a narrator for one host. */
export function openNarrator(host: TestHost): Narrator {
  let steps = 0;
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  const tell = (line: string): void => say(`  ${line}`);
  return {
    say,
    tell,
    step: (heading, ...remarks) => {
      steps += 1;
      say(`\n${colours.bold(`${steps}. ${heading}`)}`);
      for (const remark of remarks) {
        say(colours.dim(remark));
      }
    },
    show: async (command, work) => {
      say(`\n  ${colours.green("#")} ${colours.bold(command)}`);
      if (work !== undefined) {
        await work();
        return;
      }
      const text = await printed(host, command);
      if (text !== "") {
        say(text.replaceAll(/^(?=.)/gm, "  "));
      }
    },
  };
}

/** All that a command prints, in colour where our stdout can show it. */
async function printed(host: TestHost, command: string): Promise<string> {
  const terminal = [
    "env",
    "TERM=xterm",
    "script",
    "--quiet",
    "--command",
    `stty cols 100; ${command}`,
    "/dev/null",
  ];
  const words = process.stdout.isTTY ? terminal : ["sh", "-c", `{ ${command}\n} 2>&1`];
  // a command of the story may well fail: that is part of it
  return (await host.attempt(words)).stdout.replaceAll("\r", "").trimEnd();
}
