import { dirname } from "node:path";
import type { ProcessId } from "../model/process.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import { find } from "./found.ts";
import { failureText } from "./freeze.ts";
import { ownerChanged } from "./identity.ts";
import { rescueLinkOf } from "./rescue-name.ts";
import { settledChange } from "./settled.ts";
import { tracedText } from "./step-stop.ts";
import type { Walk } from "./walk.ts";

/** Why a step could not be walked through. */
type Obstacle = string | undefined;

/**
 * Walks all steps up to their last call: the host is looked at as in earnest, and asked by signal
 * 0 whether each process may be signalled. Nothing is changed and no step is written down.
 */
export async function dryRun(walk: Walk): Promise<RemediationRecord> {
  const obstacle = (await beforeEnding(walk)) ?? (await ending(walk));
  const text =
    obstacle === undefined
      ? "walked through, nothing was done"
      : `nothing was done, and in earnest it would be put back: ${obstacle}`;
  return walk.close("dry-run", text);
}

async function beforeEnding(walk: Walk): Promise<Obstacle> {
  const { plan, parts } = walk;
  const live = parts.realPath(plan.socket);
  const folder = live === undefined ? undefined : parts.folder(dirname(live));
  folder?.close();
  const pid = plan.master?.pid ?? plan.workers[0]?.pid;
  const changed = await settledChange(walk);
  if (changed !== undefined) return step(walk, "link", "", changed);
  if (plan.file === null || live === undefined || folder === undefined || pid === undefined) {
    step(walk, "link", "no second name is possible: it would be done without");
  } else {
    step(walk, "link", `${rescueLinkOf(live, pid)} as a second name of ${live}`);
  }
  if (plan.master === null) return undefined;
  const text = `SIGSTOP to master ${plan.master.pid}, and another look at it`;
  return step(
    walk,
    "stop-master",
    text,
    tracedText(walk, plan.master) ?? unreachable(walk, [plan.master]),
  );
}

async function ending(walk: Walk): Promise<Obstacle> {
  const { plan, parts } = walk;
  const { eyes } = parts;
  const { alive, unseen } = walk.group.look();
  const ids = alive.map(({ id }) => id);
  const master = plan.master === null ? [] : [plan.master];
  const predictedBytes =
    (await eyes.reclaimable([...master, ...ids].map(({ pid }) => pid))) ?? null;
  walk.amend({
    memory: { predictedBytes, usedBeforeBytes: eyes.usedMemory() ?? null, usedAfterBytes: null },
  });
  const pids = ids.map(({ pid }) => pid).join(", ");
  const workers = step(
    walk,
    "end-workers",
    pids === "" ? "nobody is there to be ended" : `SIGTERM to the workers among ${pids}`,
    unseen[0] ?? unreachable(walk, ids),
  );
  if (workers !== undefined) return workers;
  for (const { pid } of master) step(walk, "end-master", `SIGKILL to master ${pid}`);
  const answer = plan.owner === null ? undefined : await eyes.answer(plan.socket, 10_000);
  const verified = step(
    walk,
    "verify",
    answer?.kind === "answered" ? `its owner answers ${answer.status} by now` : "nobody is left",
    ownerChanged(plan, eyes) ??
      (answer?.kind === "silent" ? `${plan.socket} does not answer: ${answer.why}` : undefined),
  );
  return verified ?? step(walk, "unlink", "the second name would be removed");
}

/** Signal 0: kill(2) checks the right and the process, and sends nothing. */
function unreachable({ parts }: Walk, ids: readonly ProcessId[]): Obstacle {
  for (const id of ids) {
    const found = find(id, parts.eyes);
    if (found.kind !== "same") continue;
    const done = parts.hands.signal(id.pid, 0);
    if (done.kind === "denied" || done.kind === "failed") return failureText("a signal", id, done);
  }
  return undefined;
}

function step(
  walk: Walk,
  name: Parameters<Walk["note"]>[0],
  text: string,
  obstacle?: string,
): Obstacle {
  walk.note(name, obstacle === undefined ? "would-do" : "failed", obstacle ?? text);
  return obstacle;
}
