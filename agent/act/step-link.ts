import { basename, dirname } from "node:path";
import { isPlanned } from "./path-guard.ts";
import { rescueLinkOf } from "./rescue-name.ts";
import type { Rescue } from "./rescue.ts";
import type { Walk } from "./walk.ts";

/**
 * Gives the live socket file a second name beside itself, to put it back by. Where that is not
 * possible it is done without. Resolves with why everything is to be put back, or undefined.
 */
export async function linkStep(walk: Walk): Promise<string | undefined> {
  const { plan, parts } = walk;
  const { live, path, rescue, why } = names(walk);
  walk.pin(rescue);
  if (rescue !== undefined) {
    const { device, inode } = rescue.folder;
    walk.amend({ rescueLink: path, folder: { device, inode } });
  }
  const text = rescue === undefined ? `no second name: ${why}` : `${path} for ${live}`;
  const unkept = await walk.begin("link", text);
  if (unkept !== undefined) return failed(walk, `it could not be written down: ${unkept}`);
  if (rescue === undefined) return skipped(walk, why);

  const { folder, second } = rescue;
  // whoever owns a directory above may have made the path lead elsewhere since it was resolved
  if (!isPlanned(plan, folder.look(rescue.live))) return failed(walk, replaced(live));
  const there = folder.look(second);
  if (isPlanned(plan, there)) {
    walk.over("done", `${path} was left by an earlier attempt and is taken over`);
    return undefined;
  }
  if (there.kind === "socket") {
    // only we make such names: what it named is the path's file no more
    const removed = parts.hands.unlink(folder.at(second));
    if (removed.kind === "denied" || removed.kind === "failed") {
      return skipped(walk, `${path} is in the way: ${removed.why}`);
    }
  } else if (there.kind === "other") {
    return skipped(walk, `${path} is in the way and is no socket`);
  } else if (there.kind === "unreadable") {
    return skipped(walk, `${path} could not be looked at: ${there.why}`);
  }
  return link(walk, rescue, live, path);
}

function link(walk: Walk, rescue: Rescue, live: string, path: string): string | undefined {
  const { hands } = walk.parts;
  const { folder, second } = rescue;
  const done = hands.link(folder.at(rescue.live), folder.at(second));
  switch (done.kind) {
    case "gone":
      return failed(walk, `nothing stands at ${live} any more`);
    case "denied":
    case "failed":
      return skipped(walk, done.why);
    case "done":
  }
  if (isPlanned(walk.plan, folder.look(second))) {
    walk.over("done", `${path} is a second name of ${live}`);
    return undefined;
  }
  const removed = hands.unlink(folder.at(second));
  if (removed.kind === "denied" || removed.kind === "failed") {
    walk.problems.add(`${path} is left: ${removed.why}`);
  }
  return failed(walk, replaced(live));
}

function replaced(live: string): string {
  return `the file at ${live} was replaced: it is not the planned one`;
}

/** Names for people, and the same in the open directory; `why` there is none. */
interface Names {
  readonly live: string;
  readonly path: string;
  readonly rescue?: Rescue;
  readonly why: string;
}

function names({ plan, parts }: Walk): Names {
  const none = { live: plan.socket, path: "" };
  const pid = plan.master?.pid ?? plan.workers[0]?.pid;
  if (plan.file === null) return { ...none, why: `no file is known to stand at ${plan.socket}` };
  if (pid === undefined) return { ...none, why: "the group has no process" };
  // link(2) does not follow a link at the end of a path
  const live = parts.realPath(plan.socket);
  if (live === undefined) return { ...none, why: `where ${plan.socket} leads is not known` };
  const folder = parts.folder(dirname(live));
  if (folder === undefined) return { ...none, why: `${dirname(live)} could not be opened` };
  const path = rescueLinkOf(live, pid);
  return {
    live,
    path,
    rescue: { folder, live: basename(live), second: basename(path) },
    why: "",
  };
}

function failed(walk: Walk, why: string): string {
  walk.over("failed", why);
  return why;
}

/** The name stands in the record only while it may be ours. */
function skipped(walk: Walk, why: string): undefined {
  walk.amend({ rescueLink: null });
  walk.pin(undefined);
  walk.over("skipped", `no second name: ${why}`);
}
