import { type CommandText, failureExit, usageExit } from "./command-text.ts";
import { cutoverTexts } from "./cutover-texts.ts";
import { drillText, gateText } from "./guard-texts.ts";

const programText: CommandText = {
  summary: "sees when one unix socket has two gunicorn masters",
  description: [
    "A second gunicorn master on the path of a running one takes the socket file over. The " +
      "first stays alive, holds its memory and gets no new connection. onemaster tells which " +
      "one serves, which one is stale, and what that costs.",
    "Without a command it runs the agent.",
  ],
  examples: [
    { command: "onemaster status", says: "what is going on at every gunicorn socket of this host" },
    { command: "onemaster check --socket /run/app/app.sock", says: "one line for monitoring" },
    { command: "onemaster run --config ./onemaster.yml", says: "the agent, with these settings" },
  ],
  exits: [{ code: 0, when: "done" }, usageExit, failureExit],
};

const runText: CommandText = {
  summary: "watch the sockets and serve metrics (the default command)",
  description: [
    "Watches until SIGTERM or SIGINT. Looks at the host when something changes at a socket, " +
      "when it is scraped, and every scan.interval. Reads its settings again on SIGHUP and " +
      "when the file changes; a broken file keeps the old settings.",
  ],
  examples: [
    { command: "onemaster run", says: "with the default settings file, if it is there" },
    { command: "onemaster run --socket /run/app/app.sock", says: "watch this socket alone" },
  ],
  exits: [{ code: 0, when: "stopped by a signal" }, usageExit, failureExit],
};

const statusText: CommandText = {
  summary: "one look, for people",
  description: [
    "Shows every socket with its verdict, its masters with their workers and memory, what " +
      "could not be seen, and what to grant so that it can be.",
  ],
  examples: [
    { command: "onemaster status", says: "every gunicorn socket of this host" },
    { command: "onemaster status --socket ./app.sock --watch 5s", says: "again every 5 seconds" },
    { command: "onemaster status --json", says: "the same for programs, schema 1" },
    {
      command: "onemaster status --textfile /var/lib/prometheus/node-exporter/onemaster.prom",
      says: "metrics for node_exporter, on a host without a port to spare",
    },
  ],
  exits: [{ code: 0, when: "whatever was seen" }, usageExit, failureExit],
};

const checkText: CommandText = {
  summary: "one look, as a monitoring plug-in",
  description: [
    "Prints one line with performance data and exits as monitoring plug-ins do. With several " +
      "sockets the worst decides: critical before warning, warning before unknown.",
  ],
  examples: [
    { command: "onemaster check", says: "every gunicorn socket of this host" },
    { command: "onemaster check --socket /run/app/app.sock", says: "critical if nothing listens" },
  ],
  exits: [
    { code: 0, when: "OK: one master on each socket, or a handover inside its time limit" },
    { code: 1, when: "WARNING: orphaned workers, or a handover past its time limit" },
    { code: 2, when: "CRITICAL: duplicate, unreachable, or no master" },
    { code: 3, when: "UNKNOWN: not enough could be seen, or check itself failed" },
  ],
};

const auditText: CommandText = {
  summary: "the unit, link by link: what is wrong, the evidence, the fix",
  description: [
    "Looks at the units of all watched sockets, or at UNIT, and prints for each link what was " +
      "seen, and what to paste where it is not right. Changes nothing.",
  ],
  examples: [
    { command: "onemaster audit", says: "the units of every gunicorn socket of this host" },
    { command: "onemaster audit platform", says: "platform.service, running or not" },
    { command: "onemaster audit --json", says: "the same for programs, schema 1" },
  ],
  exits: [
    { code: 0, when: "all is sound, or works with a warning" },
    { code: 1, when: "something is bad" },
    { code: 3, when: "something could not be told, or there is no such unit" },
    usageExit,
    failureExit,
  ],
};

const incidentsText: CommandText = {
  summary: "what the agent has recorded",
  description: [
    "Lists the incidents that the agent has confirmed and written to its state directory, newest " +
      "first: what it was, since when, how long, and what triggered it.",
  ],
  examples: [
    { command: "onemaster incidents", says: "all that are kept" },
    { command: "onemaster incidents show last", says: "the newest, with its evidence" },
    { command: "onemaster incidents --json", says: "the list for programs" },
  ],
  exits: [{ code: 0, when: "done, whatever is recorded" }, usageExit, failureExit],
};

const incidentShowText: CommandText = {
  summary: "everything that is recorded of one incident",
  description: [
    "ID is the name that the list shows, its begin where that is enough, or `last`. Shows how it " +
      "came to be, the groups when it was confirmed and when it was over, what was done about it, " +
      "the unit, and the journal around it.",
  ],
  examples: [
    { command: "onemaster incidents show last", says: "the newest" },
    { command: "onemaster incidents show 20261122T1750 --json", says: "the whole record" },
  ],
  exits: [
    { code: 0, when: "done" },
    { code: 64, when: "no incident has that name, or more than one; or wrong settings" },
    failureExit,
  ],
};

const historyText: CommandText = {
  summary: "past occurrences, and what set them off",
  description: [
    "Finds every time a second master came on a socket: in the error.log of gunicorn with its " +
      "rotated files, in the journal, and among the masters that run now. Says of each when, how " +
      "long, which processes, how it ended and what triggered it, with the evidence.",
    "Without --error-log the logs are read that the settings name. UNIT is looked up in the " +
      "journal beside the units that settings and running masters name.",
  ],
  examples: [
    { command: "onemaster history", says: "as far back as anything tells" },
    { command: "onemaster history --since 2026-03-10 platform", says: "of this unit, since then" },
    { command: "onemaster history --error-log ./error.log --json", says: "for programs, schema 1" },
  ],
  exits: [{ code: 0, when: "whatever was found" }, usageExit, failureExit],
};

const remediateText: CommandText = {
  summary: "the plan for ending stale groups; --yes carries it out",
  description: [
    "Prints for every stale or orphaned group how it would be ended, step by step with pids and " +
      "signals, and what memory comes back; or every reason why it must not be. Changes nothing " +
      "without --yes.",
    "With --yes it ends those groups one after the other, each after a fresh look: the stale " +
      "master is stopped, its workers finish their requests, then what is left gets SIGKILL. The " +
      "serving group and its socket file are not touched. In doubt nothing is done, and why is on " +
      "stderr. It works whatever remediation.mode says: that setting, and the rate limit, are for " +
      "the agent alone.",
    "--dry-run walks the same way to the last call, and sends signal 0 alone. Two failures in a " +
      "row open a breaker: nobody then ends anything until it is closed with --reset-breaker. " +
      "Neither is anything ended while a file `pause` stands in the state directory.",
  ],
  examples: [
    { command: "onemaster remediate", says: "what would be done, or why not" },
    {
      command: "onemaster remediate --dry-run --socket /run/app/app.sock",
      says: "the whole way for this socket, without a signal",
    },
    {
      command: "onemaster remediate --yes --socket /run/app/app.sock",
      says: "end what is stale on this socket",
    },
    { command: "onemaster remediate --reset-breaker", says: "once it is known what went wrong" },
  ],
  exits: [
    { code: 0, when: "the plan; or with --yes and --dry-run: done, or nothing was to do" },
    { code: 1, when: "--yes or --dry-run: refused or failed, the reason is on stderr" },
    usageExit,
    failureExit,
  ],
};

const configText: CommandText = {
  summary: "check and show settings",
  description: ["Nothing on the host is changed or looked at, except the settings file."],
  examples: [
    { command: "onemaster config check ./onemaster.yml", says: "before it is put in place" },
    { command: "onemaster config show", says: "what holds now, with defaults" },
  ],
  exits: [{ code: 0, when: "done, or valid" }, usageExit, failureExit],
};

const configCheckText: CommandText = {
  summary: "say everything that is wrong with a settings file",
  description: ["Checks FILE, else the file of --config, else the default one."],
  examples: [
    { command: "onemaster config check ./onemaster.yml", says: "before it is put in place" },
  ],
  exits: [
    { code: 0, when: "valid, or no default file is there" },
    { code: 64, when: "not valid: each problem is on stderr with file, line and column" },
    failureExit,
  ],
};

const configShowText: CommandText = {
  summary: "show the settings that hold, with defaults, as a settings file",
  description: ["What it prints can be used as a settings file."],
  examples: [
    { command: "onemaster config show", says: "what holds now" },
    { command: "onemaster config show --json", says: "the same for programs" },
  ],
  exits: [{ code: 0, when: "done" }, usageExit, failureExit],
};

const completionText: CommandText = {
  summary: "print the completion script of a shell",
  description: ["The packages install it. By hand, put it where the shell looks for it."],
  examples: [
    { command: 'eval "$(onemaster completion bash)"', says: "for this shell alone" },
    {
      command: "onemaster completion fish > ~/.config/fish/completions/onemaster.fish",
      says: "for good",
    },
  ],
  exits: [{ code: 0, when: "done" }, usageExit, failureExit],
};

/** The text of every command by the words that lead to it; the program itself is ``. */
export const commandTexts = {
  "": programText,
  run: runText,
  status: statusText,
  check: checkText,
  history: historyText,
  audit: auditText,
  incidents: incidentsText,
  "incidents show": incidentShowText,
  remediate: remediateText,
  gate: gateText,
  drill: drillText,
  ...cutoverTexts,
  config: configText,
  "config check": configCheckText,
  "config show": configShowText,
  completion: completionText,
} as const satisfies Readonly<Record<string, CommandText>>;
