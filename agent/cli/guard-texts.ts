import { type CommandText, failureExit, usageExit } from "./command-text.ts";

/** What is said of `gate`. */
export const gateText: CommandText = {
  summary: "for ExecStartPre: refuse a start that would add a second master",
  description: [
    "Refuses where a living master listens at the path of --socket, whether it owns the path or " +
      "not: says which pid, in which unit, and how to clear it. Passes where nothing listens, " +
      "where systemd listens for the service, and where what is left ends by itself: a master " +
      "that drains, workers of a dead one. A USR2 upgrade needs no start; for one that is under " +
      "way the gate lets its own new master pass, and nobody else.",
    "Where it cannot see enough it warns and lets the start pass, unless it is told --strict. " +
      "Run it as the service's user, with no ! or + in ExecStartPre: who can write the service's " +
      "environment could else run anything as root. It refuses just as well then, but cannot " +
      "always name who. It reads no settings and changes nothing. What it says is on stderr, for " +
      "the journal.",
  ],
  examples: [
    {
      command: "onemaster gate --socket /run/app/app.sock",
      says: "may a server be started that binds this path?",
    },
    { command: "onemaster gate --strict --json --socket ./app.sock", says: "for programs" },
  ],
  exits: [
    { code: 0, when: "pass; or it could not tell, with a warning" },
    { code: 1, when: "refused: there would be a second master" },
    { code: 3, when: "--strict: it could not tell" },
    usageExit,
    failureExit,
  ],
};

const soundExit = [
  { code: 0, when: "all is sound" },
  { code: 1, when: "something is not" },
  { code: 3, when: "could not tell" },
];

/** What is said of `drill`. */
export const drillText: CommandText = {
  summary: "restart cycles that prove one master each time",
  description: [
    "Restarts the unit --cycles times, then stops and starts it. After each step MainPID has to be " +
      "the one serving master, the workers, the socket's mode and owner as expected or as before, " +
      "the application has to answer, and there must not be one process more than before. " +
      "Meanwhile it asks the socket without a break: what failed and how long nobody answered is " +
      "in the table. It ends at the first step that is not sound.",
    "Without --yes it says what it would do. It does not begin on a unit that is not sound, unless " +
      "told --even-if-unsound. Ctrl-C ends it after the step under way, with the unit started.",
  ],
  examples: [
    { command: "onemaster drill --unit platform", says: "what would be done" },
    { command: "onemaster drill --cycles 5 --unit platform --yes", says: "do it" },
  ],
  exits: [...soundExit, usageExit, failureExit],
};

/** What is said of `cutover verify`. */
export const cutoverVerifyText: CommandText = {
  summary: "check that systemd owns the one master of a socket",
  description: [
    "Checks the unit of each socket, or --unit: MainPID is the serving master, KillMode ends all " +
      "of it, the unit is a native one, exactly one master with its workers, mode and owner of " +
      "the socket, an answer to OPTIONS /. Changes nothing.",
  ],
  examples: [
    { command: "onemaster cutover verify", says: "the units of every gunicorn socket" },
    { command: "onemaster cutover verify --unit platform --json", says: "for programs, schema 1" },
  ],
  exits: [...soundExit, usageExit, failureExit],
};
