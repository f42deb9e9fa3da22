import { expect, it } from "vitest";
import { settleOutput } from "../../../agent/cli/failure.ts";
import type { Output } from "../../../agent/cli/surroundings.ts";

it.each<[string, readonly string[], number, string | undefined, string | undefined, number]>([
  ["0 where all is written", ["status"], 0, undefined, undefined, 0],
  ["70 where stdout was lost", ["status"], 0, "ENOSPC: full", undefined, 70],
  ["70 where stderr was lost", ["remediate"], 0, undefined, "EIO: gone", 70],
  ["what it would anyway, once it has failed", ["remediate"], 1, "EIO: gone", undefined, 1],
  ["unknown where a plug-in had nowhere to answer", ["check"], 0, "ENOSPC: full", undefined, 3],
  ["critical where that is known already", ["check"], 2, "ENOSPC: full", undefined, 2],
])("exits with %s", async (_, typed, exitCode, stdoutLost, stderrLost, expected) => {
  let said = "";
  const output = (lost: string | undefined): Output => ({
    write: (text) => void (said += text),
    flushed: () => Promise.resolve(lost === undefined ? undefined : new Error(lost)),
    isTerminal: false,
    columns: undefined,
  });
  const streams = { stdout: output(stdoutLost), stderr: output(stderrLost) };
  expect(await settleOutput(exitCode, typed, streams)).toBe(expected);
  const lost = stdoutLost ?? stderrLost ?? "";
  const tells =
    expected === exitCode ? "" : `onemaster: not all output could be written: ${lost}\n`;
  expect(said).toBe(tells);
});
