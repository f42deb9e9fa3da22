// Writes the files of deploy/ that are made from the help. From the root of the repository:
//   npx esbuild scripts/generate-docs.ts --bundle --platform=node --log-level=error | node
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { documents } from "../agent/cli/documents.ts";

for (const { path, text } of documents()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
