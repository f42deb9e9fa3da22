import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { childrenOf, signal } from "./processes.mjs";

const inside = fileURLToPath(new URL("inside.mjs", import.meta.url));
const namespaces = ["--pid", "--net", "--mount-proc", "--fork", "--kill-child"];
// a shell stands as pid 1 there: unlike Node it reaps the orphans that come to it
const init = 'ip link set lo up && "$@"; exit $?';

/**
 * Runs the bench in pid and network namespaces of its own: no gunicorn or socket of somebody
 * else is measured with ours, and all that the bench started ends with it, whatever happens.
 * Only root may do that; anybody else measures among everything that runs. Promises the exit code.
 */
export async function benchApart(args) {
  const command = [process.execPath, inside, ...args];
  const apart = process.getuid() === 0;
  if (!apart) {
    process.stderr.write("bench: not root, so whatever else runs on this host is measured too\n");
  }
  const [program, ...rest] = apart
    ? ["unshare", ...namespaces, "sh", "-c", init, "sh", ...command]
    : command;
  const child = spawn(program, rest, { stdio: "inherit" });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      // a terminal gives Ctrl-C to all of us by itself; unshare passes nothing on
      if (name === "SIGINT" && process.stdin.isTTY) return;
      const [shell] = apart ? childrenOf(child.pid) : [];
      const [bench] = shell === undefined ? [child.pid] : childrenOf(shell);
      if (bench !== undefined) signal(bench, name);
    });
  }
  const [code] = await once(child, "exit");
  return code ?? 1;
}
