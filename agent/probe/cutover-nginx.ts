import { posix } from "node:path";
import type { NginxFacts } from "../model/cutover-facts.ts";
import { type NginxDirective, parseNginx } from "../parse/nginx-directives.ts";
import { sitesFor } from "../parse/nginx-sites.ts";
import { joinPath } from "../parse/path-text.ts";
import { type Files, pathBytes } from "./files.ts";

/** What `regular` reads at most. */
const LONGEST_FILE_BYTES = 64 * 1024;
const MOST_FILES = 500;

/**
 * What nginx's settings below `root`, ordinarily `/etc/nginx`, say of a socket. The files are
 * read, since `nginx -T` would make log files that are missing.
 */
export function readNginx(root: string, socket: string, files: Files): NginxFacts {
  let left = MOST_FILES;
  let problem: string | undefined;

  function directivesOf(path: string): readonly NginxDirective[] {
    left -= 1;
    const read = files.regular(pathBytes(path), LONGEST_FILE_BYTES);
    if (!read.ok) {
      problem ??= `${path} could not be read: ${read.failure.why}`;
      return [];
    }
    return included(parseNginx(Buffer.from(read.value, "latin1").toString("utf8")));
  }

  function included(directives: readonly NginxDirective[]): readonly NginxDirective[] {
    return directives.flatMap(({ words, block }) => {
      if (words[0] !== "include" || words[1] === undefined) {
        return [{ words, block: block === undefined ? undefined : included(block) }];
      }
      return matching(joinPath(root, words[1]), files)
        .filter(() => left > 0)
        .flatMap(directivesOf);
    });
  }

  const main = `${root}/nginx.conf`;
  const there = files.stat(main);
  if (!there.ok && there.failure.kind === "gone") return { kind: "absent" };
  const sites = sitesFor(directivesOf(main), socket);
  if (sites.length === 0 && problem !== undefined) return { kind: "unreadable", why: problem };
  return { kind: "read", sites };
}

/** Files that a path with `*` and `?` in its last part names, in order, as glob(7) has it. */
function matching(path: string, files: Files): readonly string[] {
  const name = posix.basename(path);
  if (!/[*?]/.test(name)) return [path];
  const folder = posix.dirname(path);
  const listed = files.names(pathBytes(folder));
  const source = name.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const pattern = new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
  const names = listed.ok ? listed.value.filter((one) => pattern.test(one)) : [];
  return names
    .filter((one) => name.startsWith(".") || !one.startsWith("."))
    .toSorted()
    .map((one) => `${folder}/${one}`);
}
