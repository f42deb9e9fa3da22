import { isPlanned } from "./path-guard.ts";
import { rescueLinkOf } from "./rescue-name.ts";
import type { Walk } from "./walk.ts";

/**
 * Gives the live socket file a second name beside itself, to put it back by. Where that is not
 * possible it is done without. Resolves with why everything is to be put back, or undefined.
 */
export async function linkStep(walk: Walk): Promise<string | undefined> {
  const { plan, parts } = walk;
  const { live, rescue, why } = names(walk);
  walk.amend({ rescueLink: rescue ?? null });
  const text = rescue === undefined ? `no second name: ${why}` : `${rescue} for ${live}`;
  const unkept = await walk.begin("link", text);
  if (unkept !== undefined) return failed(walk, `it could not be written down: ${unkept}`);
  if (live === undefined || rescue === undefined) return skipped(walk, why);

  const there = parts.eyes.file(rescue);
  if (isPlanned(plan, there)) {
    walk.over("done", `${rescue} was left by an earlier attempt and is taken over`);
    return undefined;
  }
  if (there.kind === "socket") {
    // only we make such names: what it named is the path's file no more
    const removed = parts.hands.unlink(rescue);
    if (removed.kind === "denied" || removed.kind === "failed") {
      return skipped(walk, `${rescue} is in the way: ${removed.why}`);
    }
  } else if (there.kind === "other") {
    return skipped(walk, `${rescue} stands in the way and is no socket`);
  }
  return link(walk, live, rescue);
}

function link(walk: Walk, live: string, rescue: string): string | undefined {
  const { eyes, hands } = walk.parts;
  const done = hands.link(live, rescue);
  switch (done.kind) {
    case "gone":
      return failed(walk, `nothing stands at ${live} any more`);
    case "denied":
    case "failed":
      return skipped(walk, done.why);
    case "done":
  }
  if (isPlanned(walk.plan, eyes.file(rescue))) {
    walk.over("done", `${rescue} is a second name of ${live}`);
    return undefined;
  }
  const removed = hands.unlink(rescue);
  if (removed.kind === "denied" || removed.kind === "failed") {
    walk.problems.add(`${rescue} is left: ${removed.why}`);
  }
  return failed(walk, `the file at ${live} was replaced: ${rescue} is not the planned one`);
}

function names({ plan, parts }: Walk): {
  readonly live?: string;
  readonly rescue?: string;
  readonly why: string;
} {
  const pid = plan.master?.pid ?? plan.workers[0]?.pid;
  if (plan.file === null) return { why: `no file is known to stand at ${plan.socket}` };
  if (pid === undefined) return { why: "the group has no process" };
  // link(2) does not follow a link at the end of a path
  const live = parts.realPath(plan.socket);
  if (live === undefined) return { why: `where ${plan.socket} leads could not be told` };
  return { live, rescue: rescueLinkOf(live, pid), why: "" };
}

function failed(walk: Walk, why: string): string {
  walk.over("failed", why);
  return why;
}

/** The name stands in the record only while it may be ours. */
function skipped(walk: Walk, why: string): undefined {
  walk.amend({ rescueLink: null });
  walk.over("skipped", `no second name: ${why}`);
}
