import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./process.mjs";
import { setup } from "./setup.mjs";

const help = `npm run package -- [options]

Makes, in dist/:
  onemaster.mjs                the program in one file, for Node 20.19 and newer
  onemaster_VERSION_all.deb    that, for hosts with such a nodejs
  onemaster_VERSION_amd64.deb  one executable, the Node that runs this in it, for the others

The packages are the same bytes for the same sources: times are those of the last commit, or
SOURCE_DATE_EPOCH. Needs dpkg-deb, and strip and objdump of binutils.

  --output DIR       another folder than dist/
  --version VERSION  another version than that of package.json
  --only KIND        module, all or executable; may be given again
  --compress LEVEL   of xz, 0 to 9; 6, which takes a minute of a core for the executable
  --help
`;

const kinds = ["module", "all", "executable"];

const options = readOptions(process.argv.slice(2));
await setup();
// not at the top: it needs node_modules
const { makeAll } = await import("./package/make.mjs");
process.exitCode = (await makeAll(options)) ? 0 : 1;

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        output: { type: "string", default: "dist" },
        version: { type: "string", default: ownVersion() },
        only: { type: "string", multiple: true, default: kinds },
        compress: { type: "string", default: "6" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    const unknown = values.only.find((kind) => !kinds.includes(kind));
    if (unknown !== undefined)
      throw new Error(`--only: "${unknown}" is none of ${kinds.join(", ")}`);
    if (!/^[0-9]$/.test(values.compress)) {
      throw new Error(`--compress: "${values.compress}" is none of 0 to 9`);
    }
    if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(values.version)) {
      throw new Error(`--version: "${values.version}" is not like 1.2.3 or 1.2.3-rc.1`);
    }
    return { ...values, output: resolve(root, values.output) };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exit(64);
  }
}

function ownVersion() {
  return JSON.parse(readFileSync(`${root}package.json`, "utf8")).version;
}
