import { posix } from "node:path";
import type { Read } from "../model/read.ts";
import { servicePath } from "../model/service-path.ts";
import type { ProgramFacts, UnitProperties } from "../model/unit.ts";
import { pathText } from "../parse/path-text.ts";
import { reasonOf } from "./failures.ts";
import type { Files } from "./files.ts";

/** As far as the kernel reads a script for its interpreter (BINPRM_BUF_SIZE). */
const FIRST_LINE_BYTES = 256;

type Stand = Pick<ProgramFacts, "state" | "why">;

/** Looks for the program of a unit's first ExecStart the way systemd would. */
export function programOf(
  { execStart, rootDirectory, rootImage }: UnitProperties,
  hostRoot: string,
  files: Files,
): ProgramFacts | undefined {
  const named = execStart?.[0]?.path;
  if (named === undefined) return undefined;
  if (rootImage !== undefined) {
    const why = `it is inside of the image ${rootImage}`;
    return { named, state: "unseen", at: named, why, interpreter: undefined };
  }
  const root = rootDirectory ?? "";
  const ways = named.startsWith("/") ? [named] : servicePath.map((folder) => `${folder}/${named}`);
  const looks = ways.map((way) => ({ at: root + way, ...stand(root + way, hostRoot, files) }));
  const found =
    looks.find(({ state }) => state === "executable") ??
    looks.find(({ state }) => state !== "missing") ??
    looks[0];
  if (found === undefined) return undefined;
  const at = pathText(found.state === "missing" && !named.startsWith("/") ? named : found.at);
  const interpreter =
    found.state === "executable" ? interpreterOf(found.at, root, hostRoot, files) : undefined;
  return { named: pathText(named), state: found.state, at, why: found.why, interpreter };
}

/** Absolute paths of the gunicorn programs on this host, those beside the given program first. */
export function gunicornsNear(
  program: string | undefined,
  hostRoot: string,
  files: Files,
): readonly string[] {
  const beside = program?.startsWith("/") === true ? [posix.dirname(program)] : [];
  const folders = new Set([...beside, "/usr/local/bin", "/usr/bin"]);
  const candidates = [...folders].flatMap((folder) => [
    `${folder}/gunicorn`,
    `${folder}/gunicorn3`,
  ]);
  return candidates.filter((path) => stand(path, hostRoot, files).state === "executable");
}

/**
 * What stands at a path for pid 1. The agent may be fenced in (ProtectHome=, InaccessiblePaths=),
 * so what it does not find itself counts as missing only when pid 1 does not find it either.
 */
function stand(path: string, hostRoot: string, files: Files): Stand {
  const own = files.stat(path);
  const read = own.ok ? own : files.stat(`${hostRoot}${path}`);
  if (!read.ok) {
    if (read.failure.kind === "gone") return { state: "missing", why: undefined };
    return { state: "unseen", why: reasonOf(read.failure) };
  }
  if (!read.value.isFile()) return { state: "not-executable", why: "it is no regular file" };
  if ((read.value.mode & 0o111) === 0) return { state: "not-executable", why: undefined };
  return { state: "executable", why: undefined };
}

/** An upgrade of Python leaves virtual environments behind whose interpreter is gone. */
function interpreterOf(
  program: string,
  root: string,
  hostRoot: string,
  files: Files,
): ProgramFacts["interpreter"] {
  const own = files.regular(program, FIRST_LINE_BYTES);
  const read: Read<string> = own.ok ? own : files.regular(hostRoot + program, FIRST_LINE_BYTES);
  if (!read.ok) return undefined;
  const path = /^#![ \t]*(\/[^ \t\n]+)/.exec(read.value)?.[1];
  if (path === undefined) return undefined;
  return { path: pathText(path), missing: stand(root + path, hostRoot, files).state === "missing" };
}
