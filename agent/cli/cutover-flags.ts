import type { CutoverFlags } from "../model/cutover-flags.ts";
import { joinPath } from "../parse/path-text.ts";
import { shellWords } from "../parse/shell-words.ts";
import type { CommonOptions } from "./common-options.ts";
import type { TypedCutover } from "./cutover-options.ts";
import { UsageError } from "./usage-error.ts";

/** The flags as the plan takes them. Throws a UsageError for what contradicts itself. */
export function cutoverFlags(
  typed: TypedCutover,
  { socket }: CommonOptions,
  workingDirectory: string,
): CutoverFlags {
  const [path, second] = socket;
  if (second !== undefined) throw new UsageError("a cutover is of one socket; write --socket once");
  if (typed.keepRoot === true && typed.fixOwnership === true) {
    throw new UsageError("--keep-root needs no --fix-ownership: root writes every file");
  }
  const { nginx } = typed;
  const words = typed.arguments === undefined ? undefined : shellWords(typed.arguments);
  if (typed.arguments !== undefined && words === undefined) {
    const text = JSON.stringify(typed.arguments);
    throw new UsageError(`--arguments: ${text} has more in it than words; write options alone`);
  }
  return {
    unit: typed.unit,
    socket: path === undefined ? undefined : joinPath(workingDirectory, path),
    name: typed.name,
    program: typed.program,
    app: typed.app,
    arguments: words,
    chdir: typed.chdir,
    user: typed.user,
    group: typed.group,
    workers: typed.workers,
    umask: typed.umask,
    environmentFile: typed.environmentFile,
    nginx: nginx === undefined ? undefined : nginx === false ? "none" : { url: nginx },
    url: typed.url,
    keepRoot: typed.keepRoot === true,
    fixOwnership: typed.fixOwnership === true,
    clean: typed.clean === true,
    socketActivation: typed.socketActivation === true,
  };
}

/** The words that were typed for the plan, as they are typed for carrying it out. */
export function typedAgain(typed: readonly string[]): readonly string[] {
  const cutover = typed.indexOf("cutover");
  const command = typed.findIndex((word, at) => at > cutover && /^(?:plan|apply)$/.test(word));
  return typed.filter(
    (word, at) => at !== cutover && at !== command && !/^--(?:json|no-color)$/.test(word),
  );
}
