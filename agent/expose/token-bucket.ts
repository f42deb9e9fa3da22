import type { RateLimit } from "../model/web-config.ts";

/** Takes a token; false where none is left. */
export type TokenBucket = () => boolean;

/** A full bucket of `burst` tokens that gets a new one every `intervalMs`. */
export function createTokenBucket(
  { intervalMs, burst }: RateLimit,
  monotonicMs: () => number,
): TokenBucket {
  let tokens = burst;
  let countedMs = monotonicMs();
  return () => {
    const nowMs = monotonicMs();
    tokens = Math.min(burst, tokens + (nowMs - countedMs) / intervalMs);
    countedMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
