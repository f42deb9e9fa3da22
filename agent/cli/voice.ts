import type { Output, Surroundings } from "./surroundings.ts";

/** What is said while groups are ended. Nothing that becomes of it may stop that halfway. */
export interface Voice {
  out(text: string): void;
  err(text: string): void;
  /** Does it; what it throws is kept for `lost`. */
  safely(tell: () => void): void;
  /** Says what was held back. From here on nothing is held back any more. */
  release(): void;
  /** Resolves once all is said or lost: with why not all of it could be, or undefined. */
  lost(): Promise<string | undefined>;
}

/**
 * A voice on stdout and stderr. From the background nothing is written to a terminal until
 * `release`: where `stty tostop` holds, the kernel would answer with SIGTTOU, which stops the
 * process or, as long as it is caught, has Node repeat the write for ever.
 */
export function createVoice({
  stdout,
  stderr,
  inBackground,
}: Pick<Surroundings, "stdout" | "stderr" | "inBackground">): Voice {
  const heldBack: { readonly output: Output; readonly text: string }[] = [];
  let released = false;
  let failures = 0;
  let firstFailure: string | undefined;

  function safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      failures += 1;
      firstFailure ??= error instanceof Error ? error.message : String(error);
    }
  }

  function sayHeldBack(): void {
    for (const { output, text } of heldBack.splice(0)) safely(() => output.write(text));
  }

  function say(output: Output, text: string): void {
    safely(() => {
      const silent = !released && output.isTerminal && inBackground();
      heldBack.push({ output, text });
      if (!silent) sayHeldBack();
    });
  }

  return {
    out: (text) => say(stdout, text),
    err: (text) => say(stderr, text),
    safely,
    release() {
      released = true;
      sayHeldBack();
    },
    async lost() {
      const error = (await stdout.flushed()) ?? (await stderr.flushed());
      if (firstFailure === undefined) return error?.message;
      return failures === 1 ? firstFailure : `${firstFailure} (${failures} times)`;
    },
  };
}
