import { expect, it } from "vitest";
import { runTool } from "../../../agent/act/host-tool.ts";

it("gives what a tool says", async () => {
  const ran = await runTool("sh", ["-c", "echo out; echo ' err ' >&2"], 10_000);
  expect(ran).toEqual({ ok: true, stdout: "out\n", said: ["err"], why: "" });
});

it.each([
  ["what it says on stderr", ["sh", "-c", "echo no >&2; exit 3"], 10_000, "sh: no"],
  ["its exit status", ["sh", "-c", "exit 3"], 10_000, "sh: it ended with 3"],
  ["the signal that ended it", ["sh", "-c", "kill -9 $$"], 10_000, "sh: it ended with SIGKILL"],
  ["that it is not there", ["no-such-tool"], 10_000, "no-such-tool: it ended with ENOENT"],
  ["that it does not end", ["sleep", "100"], 50, "sleep: no end after 0.05 s"],
  [
    "that its child does not end",
    ["sh", "-c", "sleep 20 & sleep 20"],
    50,
    "sh: no end after 0.05 s",
  ],
  ["that it says too much", ["yes"], 10_000, "yes: more than 4194304 bytes"],
] as const)("why it failed: %s", async (_, [program, ...words], patienceMs, why) => {
  expect(await runTool(program, words, patienceMs)).toMatchObject({ ok: false, why });
});

it("runs in a session of its own, out of reach of the terminal's keys", async () => {
  const { stdout } = await runTool("sh", ["-c", "cut -d ' ' -f 1,5,6 /proc/$$/stat"], 10_000);
  const [pid, group, session] = stdout.trim().split(" ");
  expect([group, session]).toEqual([pid, pid]);
});
