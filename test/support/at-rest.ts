import { readdirSync, readFileSync } from "node:fs";
import { waitFor } from "./wait.ts";

/** Waits until a process has nothing to do: none of its threads runs, nor has for three looks. */
export async function atRest(pid: number): Promise<void> {
  let [last, same] = ["", 0];
  await waitFor("the agent to be at rest", () => {
    const threads = readdirSync(`/proc/${pid}/task`);
    const now = threads.map((thread) => schedulingOf(`/proc/${pid}/task/${thread}/status`)).join();
    same = now === last && !now.includes("State:\tR") ? same + 1 : 0;
    last = now;
    return same === 3;
  });
}

/** Whether a thread runs, and how often it has. */
function schedulingOf(status: string): string {
  const lines = readFileSync(status, "latin1").split("\n");
  return lines.filter((line) => /^State|ctxt_switches/.test(line)).join();
}
