import { type GateAnswer, type GateReport, worstDecision } from "../model/gate.ts";
import { escapeUnprintable, joinPath } from "../parse/path-text.ts";
import type { CommonOptions } from "./common-options.ts";
import type { Surroundings } from "./surroundings.ts";
import { UsageError } from "./usage-error.ts";

/** How `gate` ends. A unit whose ExecStartPre ends with anything but 0 does not start. */
const GateExit = { pass: 0, refuse: 1, unsure: 3 } as const;

/** Options of `onemaster gate`. */
export interface GateOptions {
  readonly json: boolean;
  /** What could not be told is not let pass. */
  readonly strict: boolean;
}

/** Says of one absolute path whether a start would add a second master there. */
export type AskGate = (path: string) => Promise<GateAnswer>;

function verdictText({ decision }: GateAnswer, strict: boolean): string {
  switch (decision) {
    case "pass":
      return "pass";
    case "refuse":
      return "REFUSED";
    case "unsure":
      return strict ? "REFUSED, being strict" : "WARNING, let pass";
  }
}

/** One line, and another one where something can be done about it. */
function answerText(answer: GateAnswer, strict: boolean): string {
  const { path, message, cure } = answer;
  const lines = [`${verdictText(answer, strict)}: ${path}: ${message}`];
  if (cure !== null) lines.push(`to clear it: ${cure}`);
  return lines.map((line) => `onemaster gate: ${escapeUnprintable(line)}\n`).join("");
}

/** A gate that is broken itself has seen nothing: that alone must not keep a service down. */
async function askSafely(path: string, ask: AskGate): Promise<GateAnswer> {
  try {
    return await ask(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `could not be told: onemaster itself failed: ${why}`;
    return { path, decision: "unsure", message, cure: null, inTheWay: [] };
  }
}

/**
 * `onemaster gate`: whether a start may go on that would bind the paths of `--socket`. The
 * settings file is not read: what is wrong with it must not keep a service from starting. Says
 * what it saw on stderr, where systemd's journal takes it, in one or two lines a path.
 */
export async function gateCommand(
  { socket }: CommonOptions,
  { json, strict }: GateOptions,
  { stdout, stderr, workingDirectory }: Surroundings,
  ask: AskGate,
): Promise<number> {
  if (socket.length === 0) {
    throw new UsageError("say which socket is about to be bound: --socket PATH");
  }
  const paths = [...new Set(socket.map((typed) => joinPath(workingDirectory, typed)))];
  const sockets: GateAnswer[] = [];
  for (const path of paths) sockets.push(await askSafely(path, ask));
  const decision = worstDecision(sockets.map((answer) => answer.decision));
  for (const answer of sockets) stderr.write(answerText(answer, strict));
  const report: GateReport = { schema: 1, decision, sockets };
  if (json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return decision === "unsure" && !strict ? GateExit.pass : GateExit[decision];
}
