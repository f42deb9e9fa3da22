import type { CutoverWalk } from "./cutover-walk.ts";

const ONE_ANSWER_MS = 10_000;

/**
 * Why somebody may be reached at the path; undefined: nothing stands there, or a connection to what
 * does is refused. Who lives elsewhere does not matter: nobody new comes to them.
 */
export async function whyReached({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { path, url } = record().target.socket;
  const file = parts.eyes.file(path);
  if (file.kind === "absent") return undefined;
  if (file.kind !== "socket") return `what stands at ${path} is no socket, or could not be told`;
  const answer = await parts.ask({ through: "socket", path, url }, ONE_ANSWER_MS);
  if (answer.kind === "silent" && /^(?:ECONNREFUSED|ENOENT)$/.test(answer.why)) return undefined;
  const what = answer.kind === "silent" ? answer.why : `status ${answer.status}`;
  return `a connection to ${path} was not refused (${what}), so somebody listens there`;
}
