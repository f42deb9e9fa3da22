import type { Report } from "../model/report.ts";
import { isDead, isStopped } from "../act/found.ts";
import { oldStillListens, ownerIn } from "./cutover-native.ts";
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

/** The pid of who owns the path: as a report has it, or because its file and its listener last. */
export function whoServes(walk: CutoverWalk, report: Report): number | undefined {
  const { parts, record } = walk;
  const { socket } = record().target;
  const owner = ownerIn(report, socket.path)?.master.pid;
  const file = parts.eyes.file(socket.path);
  const same =
    file.kind === "socket" &&
    file.device === socket.file?.device &&
    file.inode === socket.file.inode;
  const pid = owner ?? (same && oldStillListens(walk) ? record().served?.master.pid : undefined);
  const now = pid === undefined ? "gone" : parts.eyes.process(pid);
  // a stopped one keeps the path and answers nobody
  return typeof now === "object" && isStopped(now) ? undefined : pid;
}

/**
 * Whether it may come to serve, as a gunicorn that still loads, or the shell that will start one:
 * neither has signals that tell. Who is a worker never will.
 */
export function mayCome({ parts }: Pick<CutoverWalk, "parts">, pid: number): boolean {
  const now = parts.eyes.process(pid);
  return now === "unreadable" || (now !== "gone" && !isDead(now) && now.signalRole !== "worker");
}
