import { type CommandText, failureExit, usageExit } from "./command-text.ts";
import { cutoverVerifyText } from "./guard-texts.ts";

const cutoverText: CommandText = {
  summary: "from the init script to a native unit, and back",
  description: [
    "The cure of duplicate masters is that systemd owns the master. `plan` reads the host and " +
      "prints every step, `apply --yes` takes them while the site serves on, `rollback --yes` " +
      "brings the init script back, and `verify` says whether systemd owns the one master.",
  ],
  examples: [
    { command: "onemaster cutover plan", says: "what would be done, and the unit that is made" },
    { command: "onemaster cutover apply --yes", says: "do it, live" },
    { command: "onemaster cutover verify", says: "is it so?" },
    { command: "onemaster cutover rollback --yes", says: "as it was before" },
  ],
  exits: [{ code: 0, when: "done" }, usageExit, failureExit],
};

const cutoverPlanText: CommandText = {
  summary: "every step of a cutover, with the commands a person could run",
  description: [
    "Reads the unit, its init script and what that runs, the running masters, nginx's settings, " +
      "the audit and the journal. Prints what the native unit is made from and where that was " +
      "found, the unit itself, every step with its check and its way back, and what stands " +
      "against it. Changes nothing.",
    "What cannot be found out is asked for, with the flag and the value that it would guess.",
  ],
  examples: [
    { command: "onemaster cutover plan", says: "of the only gunicorn socket of this host" },
    { command: "onemaster cutover plan --unit platform", says: "of this service" },
    {
      command: "onemaster cutover plan --socket-activation",
      says: "with a socket that systemd holds",
    },
  ],
  exits: [{ code: 0, when: "whatever was found" }, usageExit, failureExit],
};

const cutoverApplyText: CommandText = {
  summary: "carry a cutover out; without --yes, print the plan",
  description: [
    "Tries first what could fail later: the application is loaded and started once beside the " +
      "live path. Then the old groups go on serving in a scope of their own, the native unit " +
      "takes the path, and once it answers the old groups are ended. Each step is written down " +
      "before it is taken. The first surprise leads back to what served before.",
    "Downtime and failed requests are measured and printed. A command that was killed is taken " +
      "up by the next `apply` or `rollback`.",
  ],
  examples: [
    { command: "onemaster cutover apply", says: "the plan alone" },
    { command: "onemaster cutover apply --yes", says: "live" },
    { command: "onemaster cutover apply --yes --clean", says: "where nothing serves any more" },
  ],
  exits: [
    { code: 0, when: "the plan; or with --yes: the native unit serves, or did before" },
    { code: 1, when: "--yes: refused or failed, the reason is on stderr" },
    usageExit,
    failureExit,
  ],
};

const cutoverRollbackText: CommandText = {
  summary: "bring the init script back; without --yes, say how",
  description: [
    "Stops the native unit, takes its files away, puts the init script and its links back and " +
      "starts it. Works at any later time, and on a cutover that was left halfway. The site is " +
      "down between the stop and the start; how long is measured and printed.",
  ],
  examples: [
    { command: "onemaster cutover rollback", says: "what would be done" },
    { command: "onemaster cutover rollback --yes --unit platform", says: "do it" },
  ],
  exits: [
    { code: 0, when: "what would be done; or with --yes: done, or nothing was to do" },
    { code: 1, when: "--yes: refused or failed, the reason is on stderr" },
    usageExit,
    failureExit,
  ],
};

/** The texts of `cutover` and what it has below it. */
export const cutoverTexts = {
  cutover: cutoverText,
  "cutover plan": cutoverPlanText,
  "cutover apply": cutoverApplyText,
  "cutover rollback": cutoverRollbackText,
  "cutover verify": cutoverVerifyText,
} as const satisfies Readonly<Record<string, CommandText>>;
