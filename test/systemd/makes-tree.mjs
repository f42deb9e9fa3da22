// node makes-tree.mjs RELEASE
//
// A process that needs the tree of a release. Its path is the last line on its stdout.
import { importTypeScript } from "../../scripts/typescript.mjs";

const { ensureTree } = await importTypeScript("test/testbed/tree.ts");
process.stdout.write("starting\n");
process.stdout.write(`${await ensureTree(process.argv[2])}\n`);
