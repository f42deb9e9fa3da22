import { built, build } from "./build.mjs";
import { passSignalsOn, root, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
if (!built() && !(await build())) process.exit(1);

passSignalsOn();
// started by hand: the log is for people, wherever it goes; a later --log wins
const args = [`${root}dist/main.js`, "run", "--log", "pretty", ...process.argv.slice(2)];
const { code, signal } = await run(process.execPath, args);
if (signal === null) {
  process.exitCode = code;
} else {
  // end as the agent did, so that whoever started us sees the same
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
