import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, seconds } from "./process.mjs";
import { setup } from "./setup.mjs";

const outfile = `${root}dist/main.js`;

// Bundled CommonJS packages call require() for Node's own modules; an ES module has none.
const requireForModules = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`;

/**
 * What every bundle of the program is made with: one minified ES module that `version` calls
 * itself and that `interpreter` runs. Where it goes, and what lies beside it, is for the caller
 * to add.
 */
export function bundleOptions(version, interpreter = "/usr/bin/env node") {
  return {
    absWorkingDir: root,
    entryPoints: ["agent/main.ts"],
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: `#!${interpreter}\n${requireForModules}` },
    alias: {
      // prom-client takes it for exemplars, which nobody asks for: 0.2 MB of the agent's memory
      "@opentelemetry/api": "./scripts/nothing.cjs",
      // bcryptjs takes random numbers from it for new hashes, and here hashes are only checked; an
      // import is hoisted, so every start would load it. What needs it here has it as node:crypto
      crypto: "./scripts/nothing.cjs",
    },
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: "warning",
    write: false,
  };
}

/** True when dist/main.js is newer than everything it is made from. */
export function built() {
  const output = statSync(outfile, { throwIfNoEntry: false });
  if (output === undefined) return false;
  const sources = readdirSync(`${root}agent`, { recursive: true }).map((name) => `agent/${name}`);
  return [...sources, "package.json", "package-lock.json", "scripts/build.mjs"].every(
    (name) => statSync(root + name).mtimeMs < output.mtimeMs,
  );
}

/**
 * Bundles agent/main.ts into dist/main.js with its source map and the licences of what is in
 * it. Each file is renamed into place, so a running agent or test never reads half of one.
 * Types are checked apart (`npm run types`). Promises false when the sources do not bundle;
 * esbuild has then printed why.
 */
export async function build() {
  const startedMs = performance.now();
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  // not at the top: this file is loaded before node_modules exists
  const esbuild = await import("esbuild");
  const options = {
    ...bundleOptions(version),
    outfile,
    sourcemap: "linked",
    legalComments: "linked",
  };
  let outputFiles;
  try {
    ({ outputFiles } = await esbuild.build(options));
  } catch (error) {
    if (error.errors === undefined) throw error;
    return false;
  }
  mkdirSync(`${root}dist`, { recursive: true });
  // the program last: its time is what tells that all of them are new
  const isProgram = ({ path }) => Number(path === outfile);
  const inOrder = outputFiles.toSorted((one, other) => isProgram(one) - isProgram(other));
  for (const { path, contents } of inOrder) {
    const unfinished = join(`${root}dist`, `.${basename(path)}.${process.pid}`);
    writeFileSync(unfinished, contents);
    chmodSync(unfinished, path === outfile ? 0o755 : 0o644);
    renameSync(unfinished, path);
  }
  const kilobytes = Math.round(statSync(outfile).size / 1000);
  const took = seconds(performance.now() - startedMs);
  process.stderr.write(`dist/main.js: ${kilobytes} kB, built in ${took}\n`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup();
  process.exitCode = (await build()) ? 0 : 1;
}
