import { execFile } from "node:child_process";

const PATIENCE_MS = 10_000;
const LINES = 20;

/**
 * What `systemctl status` prints of a unit, the last of its journal included, whatever state it is
 * in; what went wrong where it prints nothing.
 */
export function unitStory(unit: string): Promise<string> {
  const args = ["status", "--no-pager", "--full", `--lines=${LINES}`, "--", unit];
  const options = {
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
    env: { PATH: process.env["PATH"], LC_ALL: "C", SYSTEMD_COLORS: "0", SYSTEMD_URLIFY: "0" },
  } as const;
  return new Promise((resolve) => {
    execFile("systemctl", args, options, (error, output) => {
      // it exits 3 for a unit that does not run
      const text = output.trimEnd();
      resolve(text === "" && error !== null ? `systemctl status: ${error.message}` : text);
    });
  });
}
