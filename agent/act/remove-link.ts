import { isPlanned } from "./path-guard.ts";
import { unpinnedText } from "./rescue.ts";
import type { Walk } from "./walk.ts";

/**
 * Removes the second name of the live file, once the path itself is not lost. Gives one sentence;
 * what went wrong is a problem of the walk too.
 */
export function removeLink(walk: Walk): string {
  const { plan, parts } = walk;
  const { rescueLink } = walk.record();
  if (rescueLink === null) return "there was no second name";
  const rescue = walk.rescue();
  if (rescue === undefined) return problem(walk, unpinnedText(rescueLink));
  const path = walk.path.look();
  if (path.kind === "restored") walk.notes.add(`${plan.socket} was lost and put back`);
  if (path.kind === "lost" || path.kind === "unknown") {
    // it may be the last name of a file that somebody serves behind
    return problem(walk, `${rescueLink} is left: ${path.why}`);
  }
  const { folder, second } = rescue;
  const now = folder.look(second);
  if (now.kind === "unreadable") {
    return problem(walk, `${rescueLink} is left: it could not be looked at: ${now.why}`);
  }
  if (now.kind === "absent") return `${rescueLink} was gone already`;
  if (!isPlanned(plan, now)) {
    const why = `${rescueLink} is left: it is not the file that stood at ${plan.socket}`;
    walk.notes.add(why);
    return why;
  }
  const done = parts.hands.unlink(folder.at(second));
  if (done.kind === "denied" || done.kind === "failed") {
    return problem(walk, `${rescueLink} is left: ${done.why}`);
  }
  return `${rescueLink} is removed`;
}

function problem(walk: Walk, why: string): string {
  walk.problems.add(why);
  return why;
}
