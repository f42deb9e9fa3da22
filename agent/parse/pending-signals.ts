/** HUP, INT, QUIT and TERM: on each of them a gunicorn master removes its socket file by name. */
const ending = signalBit(1) | signalBit(2) | signalBit(3) | signalBit(15);

// A line starts after "\n" and nowhere else. The kernel escapes "\n" in the process's name
// but not "\r", after which the "m" flag of a RegExp would see a new line.
const threadLine = /(?:^|\n)SigPnd:\t([0-9a-f]{8,16})(?:\n|$)/;
const sharedLine = /(?:^|\n)ShdPnd:\t([0-9a-f]{8,16})(?:\n|$)/;

/**
 * Reads from /proc/PID/status which of the signals 1 to 31 wait for a process, bit 0 is SIGHUP:
 * `SigPnd` for its first thread and `ShdPnd` for it as a whole, together. Undefined when one of
 * the lines is missing or odd.
 */
export function parsePendingSignals(text: string): number | undefined {
  const thread = lowSignals(threadLine.exec(text)?.[1]);
  const shared = lowSignals(sharedLine.exec(text)?.[1]);
  return thread === undefined || shared === undefined ? undefined : thread | shared;
}

/** True when HUP, INT, QUIT or TERM is in a set as `parsePendingSignals` gives it. */
export function endingIsPending(pendingSignals: number): boolean {
  return (pendingSignals & ending) !== 0;
}

/** The last eight digits are signals 1 to 32. */
function lowSignals(mask: string | undefined): number | undefined {
  return mask === undefined ? undefined : Number.parseInt(mask.slice(-8), 16) & 0x7fffffff;
}

function signalBit(signal: number): number {
  return 2 ** (signal - 1);
}
