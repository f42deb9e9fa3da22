// oxlint-disable-next-line import/no-unassigned-import -- acts before anything else is loaded
import "./cli/young-space.ts";
import { ExitCode } from "./cli/exit-code.ts";
import { reportFailure, settleOutput } from "./cli/failure.ts";
import { leaveForSure, outliveTerminals } from "./cli/leave.ts";
import { processSurroundings } from "./cli/process-surroundings.ts";
import { runCli } from "./cli/run-cli.ts";

outliveTerminals();
const typed = process.argv.slice(2);
const surroundings = processSurroundings();

// without this Node would exit with 1, which `check` uses for a warning
process.on("uncaughtException", (error) => {
  process.exit(reportFailure(error, typed, surroundings));
});

let answered = false;
// a command that never answers has failed: Node ends as well when nothing is left to do
process.on("exit", (code) => {
  if (!answered && code === 0) process.exitCode = ExitCode.failure;
});
void main();

/** A function of its own, as the single executable is CommonJS, which has no await at its top. */
async function main(): Promise<void> {
  process.exitCode = await settleOutput(await runCli(typed, surroundings), typed, surroundings);
  answered = true;
  leaveForSure();
}
