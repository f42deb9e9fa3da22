import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** As many symbolic links as the kernel follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The way to a path inside the root of another process, without absolute symbolic links. The
 * kernel would follow those from the root of the agent: `/proc/PID/root/var/run/app.sock` leads
 * into the host's /run where the container has the usual /var/run -> /run. The last component
 * is left as it is. What cannot be read is left to the caller's own look at the whole path.
 */
export function wayInRoot(pid: number, path: string, proc: ProcPaths, files: Files): string {
  const root = proc.of(pid, "root");
  const open = path.split("/").filter((component) => component !== "" && component !== ".");
  const done: string[] = [];
  let links = 0;
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (next === "..") {
      done.pop();
      continue;
    }
    const mayFollow = open.length > 0 && links < MOST_LINKS;
    const target = mayFollow ? files.linkIfAny([root, ...done, next].join("/")) : undefined;
    if (target === undefined) {
      done.push(next);
      continue;
    }
    links += 1;
    if (target.startsWith("/")) done.length = 0;
    open.unshift(...target.split("/").filter((component) => component !== "" && component !== "."));
  }
  return [root, ...done].join("/");
}
