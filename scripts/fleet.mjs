import { readOptions, readyForHosts, whole } from "./host-script.mjs";
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

const options = readOptions(
  "fleet",
  help,
  {
    options: {
      hosts: { type: "string", default: "1000" },
      minutes: { type: "string", default: "5" },
      interval: { type: "string", default: "15" },
      json: { type: "boolean", default: false },
    },
  },
  ({ hosts, minutes, interval, json }) => ({
    hosts: whole("--hosts", hosts, 100, 10_000),
    minutes: whole("--minutes", minutes, 2, 60),
    intervalSeconds: whole("--interval", interval, 1, 60),
    json,
  }),
);
await readyForHosts("fleet", packages);
const { runFleet } = await importTypeScript("test/fleet/run.ts");
process.exitCode = await runFleet(options);
