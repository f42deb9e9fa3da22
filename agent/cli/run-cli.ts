import type { GateAnswer } from "../model/gate.ts";
import { ExitCode } from "./exit-code.ts";
import { reportFailure } from "./failure.ts";
import { buildProgram, type Actions } from "./program.ts";
import { matcherWord } from "../run/password-matcher.ts";
import type { Surroundings } from "./surroundings.ts";
import { releaseYoungSpace } from "./young-space.ts";

const helpWidthWithoutTerminal = 80;

/**
 * Runs the command that the words after the program's name ask for and gives the exit code.
 * Never throws: what goes wrong is told on stderr. Each command's code is loaded when it is
 * asked for, so that none pays for the others.
 */
export async function runCli(
  typed: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  let exitCode: number = ExitCode.ok;
  const actions: Actions = {
    async run(common, options) {
      // a reload that comes before there is anything to reload must not end the agent
      process.on("SIGHUP", () => undefined);
      const { keepHeapSmall } = await import("../run/heap.ts");
      keepHeapSmall();
      const { runCommand } = await import("./run-command.ts");
      exitCode = await runCommand(common, options, surroundings);
    },
    async status(common, options) {
      const { statusCommand } = await import("./status-command.ts");
      exitCode = await statusCommand(common, options, surroundings);
    },
    async check(common, options) {
      const { checkCommand } = await import("./check-command.ts");
      exitCode = await checkCommand(common, options, surroundings);
    },
    async audit(unit, common, options) {
      const { auditCommand } = await import("./audit-command.ts");
      const { createUnitLook, hostUnits } = await import("../probe/unit-look.ts");
      const look = createUnitLook(hostUnits(() => Date.now()));
      exitCode = await auditCommand(unit, common, options, surroundings, look);
    },
    async incidents(common, options) {
      const { incidentsCommand } = await import("./incidents-command.ts");
      exitCode = await incidentsCommand(common, options, surroundings);
    },
    async incidentShow(id, common, options) {
      const { incidentShowCommand } = await import("./incidents-command.ts");
      exitCode = await incidentShowCommand(id, common, options, surroundings);
    },
    async remediate(common, options) {
      const { createActor } = await import("../run/remediate-actor.ts");
      const { remediateCommand } = await import("./remediate-command.ts");
      exitCode = await remediateCommand(common, options, surroundings, createActor());
    },
    async gate(common, options) {
      const { gateCommand } = await import("./gate-command.ts");
      const { askGate } = await import("../run/gate.ts");
      const ask = (path: string): Promise<GateAnswer> => askGate(path, process.env);
      exitCode = await gateCommand(common, options, surroundings, ask);
    },
    async drill(common, options) {
      const { drillCommand } = await import("./drill-command.ts");
      const { hostDrill } = await import("../run/drill-host.ts");
      exitCode = await drillCommand(common, options, surroundings, hostDrill);
    },
    async cutoverVerify(common, options) {
      const { verifyCommand } = await import("./cutover-verify-command.ts");
      const { lookForSoundness } = await import("../run/sound-look.ts");
      exitCode = await verifyCommand(common, options, surroundings, lookForSoundness);
    },
    async history(unit, common, options) {
      const { historyCommand } = await import("./history-command.ts");
      exitCode = await historyCommand(unit, common, options, surroundings);
    },
    async cutoverPlan(common, options, { json }) {
      const { cutoverFlags, typedAgain } = await import("./cutover-flags.ts");
      const { cutoverPlanCommand } = await import("./cutover-plan-command.ts");
      const { planForHost } = await import("../run/cutover-plan.ts");
      const flags = cutoverFlags(options, common, surroundings.workingDirectory);
      const how = { json, typed: typedAgain(typed) };
      exitCode = await cutoverPlanCommand(common, flags, how, surroundings, planForHost);
    },
    async cutoverApply(common, options, how) {
      const { cutoverFlags } = await import("./cutover-flags.ts");
      const { cutoverApplyCommand } = await import("./cutover-carry-out.ts");
      const { createCutoverActor } = await import("../run/cutover-actor.ts");
      const { planForHost } = await import("../run/cutover-plan.ts");
      const flags = cutoverFlags(options, common, surroundings.workingDirectory);
      const actor = createCutoverActor(planForHost);
      exitCode = await cutoverApplyCommand(common, flags, how, surroundings, actor);
    },
    async cutoverRollback(common, options) {
      const { cutoverRollbackCommand } = await import("./cutover-carry-out.ts");
      const { createCutoverActor } = await import("../run/cutover-actor.ts");
      const { planForHost } = await import("../run/cutover-plan.ts");
      const actor = createCutoverActor(planForHost);
      exitCode = await cutoverRollbackCommand(common, options, surroundings, actor);
    },
    async configCheck(file, common, options) {
      const { configCheckCommand } = await import("./config-command.ts");
      exitCode = await configCheckCommand(file, common, options, surroundings);
    },
    async configShow(common, options) {
      const { configShowCommand } = await import("./config-command.ts");
      exitCode = await configShowCommand(common, options, surroundings);
    },
    async completion(shell) {
      const { completionScript } = await import("./completion-script.ts");
      stdout.write(completionScript(shell, program));
    },
  };
  const program = buildProgram(actions, {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    helpWidth: stdout.columns ?? helpWidthWithoutTerminal,
  });
  program.hook("preAction", (_, command) => {
    const isAgent = command === program || command.name() === "run";
    if (!isAgent) releaseYoungSpace();
  });
  try {
    if (typed[0] === matcherWord) {
      const { matchPassword } = await import("../run/match-password.ts");
      stdout.write(matchPassword());
      return ExitCode.ok;
    }
    await program.parseAsync([...typed], { from: "user" });
    return exitCode;
  } catch (error) {
    return reportFailure(error, typed, surroundings);
  }
}
