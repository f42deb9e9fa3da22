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

process.exitCode = await settleOutput(await runCli(typed, surroundings), typed, surroundings);
leaveForSure();
