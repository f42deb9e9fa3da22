import { build } from "esbuild";
import { bundleOptions } from "../build.mjs";
import { fail } from "./fail.mjs";

/**
 * The program as one ES module for Node 20 to 26, started by `interpreter`. Promises its `text`,
 * and `inputs`, the paths of all source files that are in it, from the checkout's root.
 */
export function bundleModule(version, interpreter) {
  return bundled(bundleOptions(version, interpreter));
}

/**
 * The program as CommonJS, which is all that a single executable of Node 20 takes. It has no
 * loader for files, so what is loaded late must come from within, or from Node itself.
 */
export function bundleForExecutable(version) {
  const { banner: _, ...options } = bundleOptions(version);
  // import() of Node's own modules would need a loader, too
  return bundled({ ...options, format: "cjs", supported: { "dynamic-import": false } });
}

async function bundled(options) {
  try {
    const made = await build({ ...options, legalComments: "none", metafile: true });
    const [output] = Object.values(made.metafile.outputs);
    const inputs = Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path);
    return { text: made.outputFiles[0].text, inputs };
  } catch (error) {
    if (error.errors === undefined) throw error;
    return fail("the sources do not bundle; esbuild has said why");
  }
}
