import { carryOutAt, type Carry } from "../support/carry.ts";
import type { Death } from "../support/kill-lane.ts";

// Bundled by the kill lane and run with one parameter: a Carry, and where this process dies in it.
const { dieAt, ...carry } = JSON.parse(process.argv[2] ?? "") as Carry & { readonly dieAt?: Death };
const calls: string[] = [];
await carryOutAt({
  ...carry,
  onCall(call, when) {
    if (when === "before") calls.push(call);
    if (calls.length === dieAt?.call && when === dieAt.when) process.kill(process.pid, "SIGKILL");
  },
});
process.stdout.write(JSON.stringify(calls));
