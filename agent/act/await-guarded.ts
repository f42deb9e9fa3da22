import type { Walk } from "./walk.ts";

const POLL_MS = 50;

/**
 * Waits for a promise and looks after the path meanwhile. Undefined: it took longer than
 * `limitMs`, and what comes of it later is ignored. Rejects when it does in time.
 */
export async function awaitGuarded<T>(
  walk: Walk,
  promise: Promise<T>,
  limitMs: number,
): Promise<T | undefined> {
  const { clock } = walk.parts;
  const end = clock.monotonicMs() + limitMs;
  const outcome: { give?: () => T } = {};
  async function follow(): Promise<void> {
    try {
      const value = await promise;
      outcome.give = () => value;
    } catch (error) {
      outcome.give = () => {
        throw error;
      };
    }
  }
  void follow();
  // one that is settled already costs no poll
  await Promise.resolve();
  while (outcome.give === undefined) {
    if (clock.monotonicMs() >= end) return undefined;
    await walk.pause(POLL_MS);
  }
  return outcome.give();
}
