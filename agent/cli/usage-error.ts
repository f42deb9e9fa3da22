/**
 * Thrown when a command line cannot be meant. The message is for the one who typed it: what
 * was found and what would be right. The program then ends with `ExitCode.usage`.
 */
export class UsageError extends Error {
  override readonly name = "UsageError" as const;
}
