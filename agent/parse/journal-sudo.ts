/** Who ran what through sudo. */
export interface SudoLine {
  /** As sudo names the one who called it. */
  readonly user: string;
  readonly command: string;
}

/** A line about a refusal has its reason where this expects the first of the pairs. */
const granted = /^ *(\S+) : (?:HOST|TTY|CHROOT|PWD)=(.*)$/;
const separator = " ; COMMAND=";

/**
 * Reads sudo's line about a command that it granted; undefined for any other. The name of a
 * folder and the command's parameters may imitate the rest of the line: where that cannot be
 * told apart there is no answer.
 */
export function readSudoLine(message: string): SudoLine | undefined {
  const [, user, rest] = granted.exec(message) ?? [];
  if (user === undefined || rest === undefined) return undefined;
  const [, command, ...others] = rest.split(separator);
  return command === undefined || others.length > 0 ? undefined : { user, command };
}
