import { parseArgs } from "node:util";

const help = `npm run bench -- [options]

Measures the built agent and its peers on this host, filled with cheap processes.

  --quick       fewer repetitions: about two minutes
  --rounds N    second masters to start for the time from bind to stale (100; quick: 12)
  --only PART   scan, latency, page, status, idle, block or history; may be repeated
  --json        the figures as JSON on stdout
  --help
`;

const parts = ["scan", "latency", "page", "status", "idle", "block", "history"];

/** How often each thing is done. */
const full = {
  sizes: [100, 2_000, 10_000],
  rounds: 100,
  pages: 20,
  scrapes: { rounds: 5, ofAgent: 40, ofPeers: 10, commands: 3 },
  spaced: 8,
  statusRuns: 15,
  idleSeconds: 60,
  starts: 5,
  historyLines: 5_000_000,
};

const quick = {
  sizes: [100, 2_000, 10_000],
  rounds: 12,
  pages: 4,
  scrapes: { rounds: 3, ofAgent: 20, ofPeers: 3, commands: 1 },
  spaced: 1,
  statusRuns: 7,
  idleSeconds: 15,
  starts: 2,
  historyLines: 1_000_000,
};

/** What the command line asks for. Ends the program for --help (0) and for what it does not know (64). */
export function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        rounds: { type: "string" },
        only: { type: "string", multiple: true, default: parts },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    const amounts = values.quick ? quick : full;
    return {
      ...amounts,
      json: values.json,
      only: values.only.map(knownPart),
      rounds: values.rounds === undefined ? amounts.rounds : positive(values.rounds),
    };
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exit(64);
  }
}

function knownPart(name) {
  if (parts.includes(name)) return name;
  throw new Error(`--only: "${name}" is no part; there are ${parts.join(", ")}`);
}

function positive(text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--rounds: "${text}" is not a count; write a whole number of 1 or more`);
}
