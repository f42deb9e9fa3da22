import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const { code } = transformSync(readFileSync("agent/cli/leave.ts"), { loader: "ts", format: "esm" });

/** How a program ends that calls `leaveForSure` when all it has to do is done. */
async function endOf(before: string): Promise<readonly unknown[]> {
  const program = `import { open } from "node:fs";\n${code}\n${before}\nleaveForSure();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  return await once(child, "exit");
}

it("lets a program that has nothing left to do end at once, with its exit code", async () => {
  expect(await endOf("process.exitCode = 3;")).toEqual([3, null]);
});

it("ends one whose thread waits in the kernel for ever, whatever handlers it has", async () => {
  const folder = temporaryFolder("leave");
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const stuck = `process.on("SIGTERM", () => undefined); open("${pipe}", "r", () => undefined);`;
  expect(await endOf(stuck)).toEqual([null, "SIGTERM"]);
});
