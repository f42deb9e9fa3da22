/** What journalctl says when it cannot see the system's journal, and what that means. */
const refusals: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/insufficient permissions/i, "denied"],
  // it goes on then, with what this user has written
  [/not seeing messages from other users/i, "denied"],
  [/no journal files were found/i, "no journal"],
];

/** Why nothing will be seen, if a remark of journalctl says so. */
export function blindnessIn(remark: string): string | undefined {
  return refusals.find(([pattern]) => pattern.test(remark))?.[1];
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;

/**
 * How long to wait after the `times`-th end in a row: one second, then twice as long each time,
 * five minutes at most. What a person has to put right first is tried every five minutes only.
 */
export function retryMs(times: number, reason: string): number {
  const lasting = ["denied", "no journal", "journalctl is not installed"].includes(reason);
  return lasting ? LAST_RETRY_MS : Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS);
}
