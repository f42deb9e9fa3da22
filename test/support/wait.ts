const pollMs = 20;
/** A look on a host costs three processes: what has taken long is looked at less often. */
const longestPollMs = 250;
const shareOfWaited = 0.1;
/** What takes a second where nothing else runs; who waits in vain has it cost no more than this. */
const patienceMs = 30_000;

/**
 * Polls until `predicate` answers something other than undefined or false, and returns that.
 * Throws after `timeoutMs` with `what` and the last error of the predicate, if it threw one.
 */
export async function waitFor<T>(
  what: string,
  predicate: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = patienceMs,
): Promise<T> {
  const begunMs = performance.now();
  const deadline = begunMs + timeoutMs;
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
    const nowMs = performance.now();
    if (nowMs > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError });
    }
    // on a busy host a look may be slow: spend at most a third of the time looking
    const restMs = Math.min(longestPollMs, shareOfWaited * (nowMs - begunMs));
    await pause(Math.max(pollMs, restMs, 2 * (nowMs - startedMs)));
  }
}

/** Lets `ms` pass: for the step of a poll, never as a way to wait for an event. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
