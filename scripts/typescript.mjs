import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./process.mjs";

/** In a bundle every file would take itself for the bundle. */
const ownUrls = {
  name: "own-urls",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/(agent|test)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(
        "import.meta.url",
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: "ts",
    }));
  },
};

/** Imports a TypeScript file of the checkout, which Node 20 cannot; needs node_modules. */
export async function importTypeScript(path) {
  const { build } = await import("esbuild");
  const folder = mkdtempSync(join(tmpdir(), "onemaster-"));
  const outfile = join(folder, "bundle.mjs");
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      plugins: [ownUrls],
      logLevel: "warning",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
