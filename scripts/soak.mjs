import { readOptions, readyForHosts, whole } from "./host-script.mjs";
import { importTypeScript } from "./typescript.mjs";

const releases = ["bookworm", "trixie"];
const packages = ["debootstrap", "systemd-container", "iproute2", "util-linux"];
const help = `npm run soak -- [options]

Puts real hosts with systemd through restarts, reloads, upgrades and true duplicates while the
built agent watches, and compares all it says with what really stood at the sockets, which a
second observer on each host tells. Needs root and Debian.

  --cycles N       how many, over all hosts together (1000)
  --releases LIST  hosts, all at the same time: bookworm (systemd 252, gunicorn 20.1.0), trixie
                   (257, 23.0.0); "bookworm,trixie"
  --seed N         of the order of the cycles; absent: another one each time
  --remediate N    instead: makes a duplicate and ends its stale group, N times over all hosts,
                   under load with a request in flight; 100 with no number
  --json           the report as JSON on stdout
  --help

Ctrl-C ends it with the cycles under way and reports what was done; twice ends it at once.
Exits 0 when nothing was false, missed or an error, 1 when something was, 130 when nothing was
but it was stopped early, 70 when the run itself broke, 64 for wrong usage.
`;

const options = readOptions(
  "soak",
  help,
  {
    args: withNumber(process.argv.slice(2), "--remediate", "100"),
    options: {
      cycles: { type: "string", default: "1000" },
      remediate: { type: "string" },
      releases: { type: "string", default: releases.join() },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
    },
  },
  ({ cycles, remediate, releases: names, seed, json }) => ({
    cycles: whole("--cycles", cycles, 1, 1_000_000),
    remediate: remediate === undefined ? undefined : whole("--remediate", remediate, 1, 1_000_000),
    releases: listed(names),
    seed: whole("--seed", seed ?? String(Date.now() % 1_000_000), 0, 1_000_000),
    json,
  }),
);
await readyForHosts("soak", packages);
if (options.remediate === undefined) {
  const { runSoak } = await importTypeScript("test/soak/run.ts");
  process.exitCode = await runSoak(options);
} else {
  const { runRemediateSoak } = await importTypeScript("test/soak/remediate.ts");
  process.exitCode = await runRemediateSoak(options);
}

/** The arguments with a number after this option where none is given. */
function withNumber(args, option, number) {
  return args.flatMap((arg, index) => {
    const alone = arg === option && !/^\d/.test(args[index + 1] ?? "");
    return alone ? [`${option}=${number}`] : [arg];
  });
}

function listed(text) {
  const names = text.split(",");
  const wrong = names.find(
    (name, index) => !releases.includes(name) || names.indexOf(name) < index,
  );
  if (wrong === undefined) return names;
  throw new Error(`--releases: "${wrong}" is none of ${releases.join(", ")}, or named twice`);
}
