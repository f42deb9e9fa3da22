import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runTool } from "../../../agent/act/host-tool.ts";
import { controlUnit } from "../../../agent/act/unit-control.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// E2BIG, which spawn throws at once; ENOMEM on a starved host comes the same way
const tooLong = "x".repeat(200_000);

it("a tool that cannot even be spawned has failed", async () => {
  const why = "true: it ended with E2BIG";
  expect(await runTool("true", [tooLong], 10_000)).toEqual({
    ok: false,
    stdout: "",
    said: [],
    why,
  });
});

it("what systemctl cannot even be spawned for is not done", async () => {
  const why = expect.stringContaining("E2BIG");
  expect(await controlUnit("start", tooLong, 10_000)).toEqual({ kind: "failed", why });
});

it.each([
  ["host-tool.ts", 'runTool("true", [], 10_000)', '"why":"true: it ended with EMFILE"'],
  [
    "unit-control.ts",
    'controlUnit("start", "one.service", 10_000)',
    '"why":"spawn systemctl EMFILE"',
  ],
])("without a descriptor left, %s tells so and does not throw", (file, call, told) => {
  const folder = temporaryFolder("descriptors");
  const source = new URL(`../../../agent/act/${file}`, import.meta.url).pathname;
  const esbuild = new URL("../../../node_modules/.bin/esbuild", import.meta.url).pathname;
  const out = join(folder, "bundle.mjs");
  const how = ["--bundle", "--platform=node", "--format=esm", "--log-level=error"];
  execFileSync(esbuild, [source, ...how, `--outfile=${out}`]);
  const program = `
    import { openSync } from "node:fs";
    const { ${call.replace(/\(.*/s, "")} } = await import(${JSON.stringify(out)});
    // a pipe that is opened by the first output is needed by then
    process.stdout.write("");
    try { for (;;) openSync("/dev/null"); } catch {}
    console.log(JSON.stringify(await ${call}));
  `;
  const limited = ["-c", 'ulimit -n 64; exec "$@"', "sh"];
  const node = [process.execPath, "--input-type=module", "--eval", program];
  expect(execFileSync("sh", [...limited, ...node], { encoding: "utf8" })).toContain(told);
});
