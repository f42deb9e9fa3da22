import { describe, expect, it } from "vitest";
import type { Output } from "../../../agent/cli/surroundings.ts";
import { createVoice, type Voice } from "../../../agent/cli/voice.ts";

interface Stage {
  readonly terminal?: boolean;
  readonly throws?: string;
  readonly lost?: { readonly stdout?: string; readonly stderr?: string };
}

/** A voice, what it has said, and a switch for the background. */
function staged({ terminal = true, throws, lost = {} }: Stage = {}): {
  readonly voice: Voice;
  readonly said: string[];
  background: boolean;
} {
  const said: string[] = [];
  const output = (name: "stdout" | "stderr"): Output => ({
    write(text) {
      if (throws !== undefined) throw new Error(throws);
      said.push(`${name}: ${text}`);
    },
    async flushed() {
      const why = lost[name];
      return why === undefined ? undefined : new Error(why);
    },
    isTerminal: terminal,
    columns: undefined,
  });
  const stage = { said, background: false };
  const inBackground = (): boolean => stage.background;
  const voice = createVoice({ stdout: output("stdout"), stderr: output("stderr"), inBackground });
  return Object.assign(stage, { voice });
}

describe("from the background", () => {
  it("says nothing to a terminal until it is in the foreground, then all in order", () => {
    const stage = staged();
    stage.background = true;
    stage.voice.out("one");
    stage.voice.err("two");
    expect(stage.said).toEqual([]);
    stage.background = false;
    stage.voice.out("three");
    expect(stage.said).toEqual(["stdout: one", "stderr: two", "stdout: three"]);
  });

  it("says all of it once no group is under way", () => {
    const stage = staged();
    stage.background = true;
    stage.voice.out("one");
    stage.voice.release();
    stage.voice.err("two");
    expect(stage.said).toEqual(["stdout: one", "stderr: two"]);
  });

  it("writes to a file as ever", () => {
    const stage = staged({ terminal: false });
    stage.background = true;
    stage.voice.out("one");
    expect(stage.said).toEqual(["stdout: one"]);
  });
});

describe("what could not be said", () => {
  it("is nothing where all was", async () => {
    const { voice } = staged();
    voice.out("one");
    expect(await voice.lost()).toBeUndefined();
  });

  it.each([
    ["of stdout", { stdout: "ENOSPC" }, "ENOSPC"],
    ["of stderr", { stderr: "EIO" }, "EIO"],
  ])("is told, that %s too", async (_, lost, why) => {
    expect(await staged({ lost }).voice.lost()).toBe(why);
  });

  it("is counted, and never thrown", async () => {
    const { voice } = staged({ throws: "ENOSPC" });
    voice.out("one");
    expect(await voice.lost()).toBe("ENOSPC");
    voice.safely(() => {
      throw new TypeError("no text for it");
    });
    expect(await voice.lost()).toBe("ENOSPC (2 times)");
  });
});
