import { dirname } from "node:path";
import type { RemediationRecord } from "../model/remediation.ts";
import { livePathOf } from "./rescue-name.ts";
import { unpinnedText } from "./rescue.ts";
import type { Walk } from "./walk.ts";

/**
 * Ends an attempt of an earlier boot: none of its processes lives, only the second name may be
 * left. It is removed unless nothing stands at the path itself. Devices are numbered anew at each
 * boot, so the name is what tells it.
 */
export async function recoverOtherBoot(walk: Walk, died: string): Promise<RemediationRecord> {
  const link = clearLink(walk);
  const text = `${died}, and the host was started anew since; ${link}`;
  walk.over(walk.problems.size === 0 ? "done" : "failed", text);
  if (walk.resumed || walk.problems.size > 0) return walk.finish("failed", text);
  return walk.finish("put-back", text);
}

function clearLink({ record, parts, problems, rescue }: Walk): string {
  const { rescueLink } = record();
  const live = rescueLink === null ? undefined : livePathOf(rescueLink);
  if (rescueLink === null || live === undefined) return "there was no second name";
  const pinned = rescue();
  if (pinned === undefined) {
    // a directory that was mounted for that boot only is gone with it
    const kind = parts.eyes.file(rescueLink).kind;
    if (kind === "absent") return `nothing is left in ${dirname(rescueLink)}`;
    return left(problems, unpinnedText(rescueLink));
  }
  const { folder, second } = pinned;
  const now = folder.look(second);
  switch (now.kind) {
    case "absent":
      return `nothing is left in ${dirname(rescueLink)}`;
    case "other":
      return `what stands at ${rescueLink} is no socket, and is left`;
    case "unreadable":
      return left(problems, `${rescueLink} could not be looked at: ${now.why}`);
    case "socket":
  }
  const there = folder.look(pinned.live);
  if (there.kind === "absent") return `nothing stands at ${live}, so ${rescueLink} is left`;
  const done = parts.hands.unlink(folder.at(second));
  if (done.kind === "denied" || done.kind === "failed") {
    return left(problems, `${rescueLink} is left: ${done.why}`);
  }
  return `${rescueLink} is removed`;
}

function left(problems: Set<string>, why: string): string {
  problems.add(why);
  return why;
}
