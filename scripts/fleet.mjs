import { parseArgs } from "node:util";
import { build, built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { setup } from "./setup.mjs";
import { importTypeScript } from "./typescript.mjs";

const packages = ["prometheus", "debootstrap", "systemd-container", "iproute2", "util-linux"];
const help = `npm run fleet -- [options]

Records the pages of a real agent on a host of its own, lets many simulated agents serve them on
loopback addresses, and one real Prometheus scrape them with all rules; prints the series, the
memory and processor it takes, and how long rules and scrapes take. Needs root and Debian.

  --hosts N      how many agents (1000, at most 10000)
  --minutes N    how long all of them are scraped (5, at most 60)
  --interval N   seconds between scrapes, and between evaluations (15)
  --json         the report as JSON on stdout
  --help

Exits 0 when every host answered and what fired is what had to, 1 when not, 64 for wrong usage.
`;

const options = read(process.argv.slice(2));
if (process.getuid() !== 0) fail("needs root: it starts a container with systemd as pid 1");
await setup();
if (!built() && !(await build())) process.exit(1);
const missing = missingOf(packages);
const why = missing.length === 0 ? undefined : await install(missing);
if (why !== undefined) fail(`needs ${missing.join(" ")}: ${why}`);
const { runFleet } = await importTypeScript("test/fleet/run.ts");
process.exitCode = await runFleet(options);

function read(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        hosts: { type: "string", default: "1000" },
        minutes: { type: "string", default: "5" },
        interval: { type: "string", default: "15" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    return {
      hosts: whole("--hosts", values.hosts, 100, 10_000),
      minutes: whole("--minutes", values.minutes, 2, 60),
      intervalSeconds: whole("--interval", values.interval, 1, 60),
      json: values.json,
    };
  } catch (error) {
    process.stderr.write(`fleet: ${error.message}\n\n${help}`);
    process.exit(64);
  }
}

function whole(name, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name}: "${text}" is no whole number from ${least} to ${most}`);
}

function fail(message) {
  process.stderr.write(`fleet: ${message}\n`);
  process.exit(1);
}
