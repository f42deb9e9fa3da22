import type {
  ActingOptions,
  ActingTold,
  RemediateActor,
  ThingsToDo,
} from "../../../agent/model/remediate-actor.ts";
import type { RemediationRecord, RemediationState } from "../../../agent/model/remediation.ts";
import type { Settings } from "../../../agent/model/settings.ts";
import { remediateCommand, type RemediateOptions } from "../../../agent/cli/remediate-command.ts";
import type { Surroundings } from "../../../agent/cli/surroundings.ts";
import { report } from "./reports.ts";

/** What the actor finds and does, and where the command runs. */
export interface Staged {
  readonly things?: Partial<ThingsToDo>;
  /** What acting tells, in its order; gives the records. */
  readonly acts?: (told: ActingTold, options: ActingOptions) => readonly RemediationRecord[];
  /** What was kept of the breaker, or why it could not be closed. */
  readonly was?: RemediationState | Error;
  readonly socket?: readonly string[];
  readonly config?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  /** Why nothing can be written: as an exception of each write, or noticed in the end. */
  readonly unwritable?: { readonly throws?: string; readonly lost?: string };
  /** Ids that have no outcome once it is over; absent: those that had none before. */
  readonly stillUnfinished?: readonly string[];
  /** The command is told to stop while it acts. */
  readonly stopped?: boolean;
}

/** What `onemaster remediate` printed, and what it asked the actor for. */
export interface Remediated {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly string[];
  readonly settings: readonly Settings[];
}

/** Runs `onemaster remediate` with an actor that touches nothing. */
export async function remediate(
  options: Partial<RemediateOptions>,
  staged: Staged = {},
): Promise<Remediated> {
  const written = { stdout: "", stderr: "" };
  const asked: string[] = [];
  const settings: Settings[] = [];
  const stop = new AbortController();
  const things = { report: report([]), plans: [], repairs: [], unfinished: [], ...staged.things };
  const actor: RemediateActor = {
    async plan(given) {
      asked.push("plan");
      settings.push(given);
      return things;
    },
    async act(given, acting, told) {
      asked.push(acting.dryRun ? "dry run" : "act");
      settings.push(given);
      if (staged.stopped === true) stop.abort();
      return staged.acts?.(told, acting) ?? [];
    },
    async unfinished() {
      return staged.stillUnfinished ?? things.unfinished.map(({ id }) => id);
    },
    async resetBreaker(given) {
      asked.push("reset breaker");
      settings.push(given);
      if (staged.was instanceof Error) throw staged.was;
      return { was: staged.was };
    },
  };
  const output = (name: "stdout" | "stderr", isTerminal = false) => ({
    write(text: string) {
      const throws = name === "stdout" ? staged.unwritable?.throws : undefined;
      if (throws !== undefined) throw new Error(throws);
      written[name] += text;
    },
    async flushed() {
      const lost = name === "stdout" ? staged.unwritable?.lost : undefined;
      return lost === undefined ? undefined : new Error(lost);
    },
    isTerminal,
    columns: undefined,
  });
  const surroundings: Surroundings = {
    workingDirectory: "/srv/shop",
    defaultSettingsPath: "/nonexistent/onemaster.yml",
    plainText: false,
    stdout: output("stdout", staged.stdoutIsTerminal),
    stderr: output("stderr", staged.stderrIsTerminal),
    look: () => Promise.reject(new Error("not asked for")),
    runAgent: () => Promise.reject(new Error("not asked for")),
    stopSignal: () => stop.signal,
    inBackground: () => false,
    sleep: () => Promise.reject(new Error("not asked for")),
  };
  const common = { config: staged.config, socket: staged.socket ?? [], color: true };
  const exitCode = await remediateCommand(
    common,
    { yes: false, dryRun: false, json: false, resetBreaker: false, ...options },
    surroundings,
    actor,
  );
  return { exitCode, ...written, asked, settings };
}
