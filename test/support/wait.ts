const pollMs = 20;

/**
 * Polls until `predicate` answers something other than undefined or false, and returns that.
 * Throws after `timeoutMs` with `what` and the last error of the predicate, if it threw one.
 */
export async function waitFor<T>(
  what: string,
  predicate: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    const startedMs = performance.now();
    try {
      const answer = await predicate();
      if (answer !== undefined && answer !== false) {
        return answer;
      }
      lastError = undefined;
    } catch (error: unknown) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError });
    }
    // on a busy host a look may be slow: spend at most a third of the time looking
    await pause(Math.max(pollMs, 2 * (performance.now() - startedMs)));
  }
}

/** Lets `ms` pass: for the step of a poll, never as a way to wait for an event. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
