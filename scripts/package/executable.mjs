import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail } from "./fail.mjs";
import { tool } from "./tool.mjs";

/** Where Node looks for whether it is a single executable, and for its program. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Writes one executable with this very Node and the program in it to `path`. The Node has to
 * bring its parts with it: that of a distribution, which is a small front of libnode, does not.
 */
export function makeExecutable(program, path) {
  if (process.config.variables.node_shared) {
    fail(`${process.execPath} needs a libnode beside it; build with a Node from nodejs.org`);
  }
  const folder = mkdtempSync(join(tmpdir(), "onemaster-executable-"));
  try {
    writeFileSync(join(folder, "program.cjs"), program);
    const config = {
      main: "program.cjs",
      output: "program.blob",
      disableExperimentalSEAWarning: true,
      // would save 17 ms of the 79 that `--version` takes, but says on stderr that it was rejected
      // wherever NODE_OPTIONS is set, and has other bytes each time
      useCodeCache: false,
    };
    writeFileSync(join(folder, "sea.json"), JSON.stringify(config));
    tool(process.execPath, ["--experimental-sea-config", "sea.json"], { cwd: folder });
    copyFileSync(process.execPath, path);
    chmodSync(path, 0o755);
    // before the program goes in: strip would move what Node then looks for. What it takes away
    // is names and lines for debuggers; add-ons, which need names, are not loaded here.
    tool("strip", ["--strip-all", path], { debianPackage: "binutils" });
    inject(path, join(folder, "program.blob"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inject(executable, blob) {
  const postject = fileURLToPath(import.meta.resolve("postject/dist/cli.js"));
  tool(process.execPath, [postject, executable, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse]);
  if (!readFileSync(executable).includes(`${fuse}:1`)) {
    fail(`postject did not set the fuse in a copy of ${process.execPath}`);
  }
}
