import { Command, InvalidArgumentError, Option } from "commander";
import type { LogFormat } from "../model/log-format.ts";
import { parseDuration } from "../parse/duration.ts";
import { commandTexts } from "./command-texts.ts";
import type { CommonOptions } from "./common-options.ts";
import type { JsonOption } from "./config-command.ts";
import { addCutover, type CutoverActions } from "./cutover-program.ts";
import { addGuardCommands, type GuardActions } from "./guard-commands.ts";
import type { HistoryOptions } from "./history-command.ts";
import type { RemediateOptions } from "./remediate-command.ts";
import type { RunOptions } from "./run-command.ts";
import type { StatusOptions } from "./status-command.ts";
import { common, described, json, jsonOf, jsonOption, subcommand } from "./subcommand.ts";
import { unknownCommand } from "./unknown-command.ts";
import { version } from "./version.ts";

/** What the commands do; the program only says which one, and with what. */
export interface Actions extends GuardActions, CutoverActions {
  run(common: CommonOptions, options: RunOptions): Promise<void>;
  status(common: CommonOptions, options: StatusOptions): Promise<void>;
  check(common: CommonOptions, options: JsonOption): Promise<void>;
  history(unit: string | undefined, common: CommonOptions, options: HistoryOptions): Promise<void>;
  audit(unit: string | undefined, common: CommonOptions, options: JsonOption): Promise<void>;
  incidents(common: CommonOptions, options: JsonOption): Promise<void>;
  incidentShow(id: string, common: CommonOptions, options: JsonOption): Promise<void>;
  remediate(common: CommonOptions, options: RemediateOptions): Promise<void>;
  configCheck(file: string | undefined, common: CommonOptions, options: JsonOption): Promise<void>;
  configShow(common: CommonOptions, options: JsonOption): Promise<void>;
  completion(shell: Shell): Promise<void>;
}

/** Shells that there is a completion script for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

const logFormats = ["json", "pretty", "journal"] as const satisfies readonly LogFormat[];

/** Where the program writes help and errors. */
export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Width to wrap help to, in characters. */
  readonly helpWidth: number;
}

interface TypedOptions {
  readonly config?: string;
  readonly socket?: readonly string[];
  readonly color: boolean;
  readonly json?: true;
  readonly watch?: number;
  readonly textfile?: string;
  readonly since?: string;
  readonly until?: string;
  readonly errorLog?: readonly string[];
  readonly log?: LogFormat;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly resetBreaker?: true;
}

function socketPath(typed: string, before: readonly string[] | undefined): string[] {
  if (typed === "") throw new InvalidArgumentError("Write the path of a socket.");
  const path = /^unix:(.+)$/s.exec(typed)?.[1];
  if (path !== undefined) throw new InvalidArgumentError(`Write the path alone: ${path}`);
  return [...(before ?? []), typed];
}

function watchInterval(typed: string): number {
  const ms = parseDuration(typed);
  if (ms === undefined || ms < 100 || ms > 86_400_000) {
    throw new InvalidArgumentError("Write a time from 100ms to 24h, like 2s.");
  }
  return ms;
}

/** The whole command line: commands, options, help. Help and the manual page are made from it. */
export function buildProgram(actions: Actions, output: ProgramOutput): Command {
  const program = new Command("onemaster")
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      getOutHelpWidth: () => output.helpWidth,
      getErrHelpWidth: () => output.helpWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /, "onemaster: ")),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("See: onemaster --help")
    .helpCommand("help [command]", "print the help of a command")
    .option("--config <file>", "settings file (default: /etc/onemaster/onemaster.yml, if there)")
    .addOption(
      new Option("--socket <path>", "look at this socket alone; can be given again").argParser(
        socketPath,
      ),
    )
    .option("--no-color", "no colour; NO_COLOR in the environment does the same")
    .version(`onemaster ${version}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments()
    .action(async () => {
      const [typed] = program.args;
      if (typed !== undefined) throw unknownCommand(typed, program);
      await actions.run(common(program), { log: undefined });
    });
  described(program, commandTexts[""]);

  const run = subcommand(program, "run", commandTexts.run).addOption(
    new Option(
      "--log <format>",
      "how to write the log (default: pretty on a terminal, else json)",
    ).choices(logFormats),
  );
  run.action(() => actions.run(common(run), { log: run.opts<TypedOptions>().log }));

  const status = subcommand(program, "status", commandTexts.status)
    .option(...jsonOption)
    .addOption(
      new Option("--watch [duration]", "look again and again, this far apart")
        .argParser(watchInterval)
        .preset("2s"),
    )
    .addOption(
      new Option(
        "--textfile <file>",
        "write metrics for node_exporter's textfile collector, and print nothing",
      ).conflicts(["json", "watch"]),
    );
  status.action(() => {
    const { watch, textfile } = status.opts<TypedOptions>();
    return actions.status(common(status), { ...json(status), watchMs: watch, textfile });
  });

  const check = subcommand(program, "check", commandTexts.check).option(
    "--json",
    "print the report of status --json instead of the line",
  );
  check.action(() => actions.check(common(check), json(check)));

  const audit = subcommand(program, "audit [unit]", commandTexts.audit).option(...jsonOption);
  audit.action((unit: string | undefined) => actions.audit(unit, common(audit), json(audit)));

  const history = subcommand(program, "history [unit]", commandTexts.history)
    .option(...jsonOption)
    .option("--since <time>", "from then on, as journalctl takes times")
    .option("--until <time>", "until then (default: now)")
    .option(
      "--error-log <file>",
      "error.log of gunicorn, rotated files beside it included; can be given again",
      (typed: string, before: readonly string[] | undefined) => [...(before ?? []), typed],
    );
  history.action((unit: string | undefined) => {
    const { since, until, errorLog } = history.opts<TypedOptions>();
    const options = { ...json(history), since, until, errorLogs: errorLog ?? [] };
    return actions.history(unit, common(history), options);
  });

  const incidents = subcommand(program, "incidents", commandTexts.incidents)
    .option(...jsonOption)
    .helpCommand(false);
  incidents.action(() => actions.incidents(common(incidents), json(incidents)));
  const incidentShow = subcommand(incidents, "show <id>", commandTexts["incidents show"]).option(
    ...jsonOption,
  );
  incidentShow.action((id: string) =>
    actions.incidentShow(id, common(incidentShow), jsonOf(incidentShow)),
  );

  const remediate = subcommand(program, "remediate", commandTexts.remediate)
    .option("--yes", "carry the plan out")
    .option("--dry-run", "walk through all of it, and change nothing")
    .option(...jsonOption)
    .option("--reset-breaker", "close the breaker that two failures in a row opened");
  remediate.action(() => {
    const { yes, dryRun, resetBreaker } = remediate.opts<TypedOptions>();
    return actions.remediate(common(remediate), {
      ...json(remediate),
      yes: yes === true,
      dryRun: dryRun === true,
      resetBreaker: resetBreaker === true,
    });
  });

  addGuardCommands(program, actions);
  addCutover(program, actions);

  const config = subcommand(program, "config", commandTexts.config).helpCommand(false);
  const configCheck = subcommand(config, "check [file]", commandTexts["config check"]).option(
    ...jsonOption,
  );
  configCheck.action((file: string | undefined) =>
    actions.configCheck(file, common(configCheck), json(configCheck)),
  );
  const configShow = subcommand(config, "show", commandTexts["config show"]).option(...jsonOption);
  configShow.action(() => actions.configShow(common(configShow), json(configShow)));

  const completion = subcommand(program, "completion", commandTexts.completion);
  completion.addArgument(completion.createArgument("<bash|zsh|fish>", "the shell").choices(shells));
  completion.action((shell: Shell) => actions.completion(shell));
  return program;
}
