import { benchApart } from "../test/bench/apart.mjs";
import { readOptions } from "../test/bench/options.mjs";
import { build, built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { setup } from "./setup.mjs";

/** What the host is filled with, and the peers. */
const packages = [
  "gunicorn",
  "iproute2",
  "lsof",
  "perl",
  "prometheus-alertmanager",
  "prometheus-node-exporter",
  "prometheus-process-exporter",
  "util-linux",
];

const args = process.argv.slice(2);
readOptions(args); // before anything is installed or built for a mistyped option
await setup();
if (!built() && !(await build())) process.exit(1);
const missing = missingOf(packages);
const why = missing.length === 0 ? undefined : await install(missing);
if (why !== undefined) {
  process.stderr.write(`bench: needs ${missing.join(" ")}: ${why}\n`);
  process.exit(1);
}
process.exitCode = await benchApart(args);
