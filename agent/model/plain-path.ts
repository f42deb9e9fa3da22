/**
 * Why a path as the report shows it must not be handed to the kernel; undefined: it may be.
 * The report escapes what is no printable UTF-8 with backslashes, and marks directories that the
 * agent cannot reach by that path. What a text with such signs names is not guessed.
 */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return "it is not an absolute path of the agent's own mount namespace";
  if (path.includes("\\")) return "its name has bytes that were escaped for people";
  if (path.includes("\0")) return "it has a NUL byte";
  if (/ \(directory \d+:\d+\)$/.test(path))
    return "its directory is not to be reached by that path";
  return undefined;
}
