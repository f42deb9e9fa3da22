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
      "Run it as the service's user, or as root with ExecStartPre=!, to see all. It reads no settings and " +
      "changes nothing. What it says is on stderr, for the journal.",
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
