import type { RefusalReason, RemediationOutcome } from "../model/remediation.ts";
import type { RemediationCounts } from "./remediation-families.ts";

/** Something about remediation that is counted. */
export type RemediationEvent =
  | { readonly kind: "attempt"; readonly outcome: RemediationOutcome; readonly freedBytes: number }
  | { readonly kind: "refusal"; readonly reason: RefusalReason }
  | { readonly kind: "pidfile-repair" };

const nothing: RemediationCounts = {
  outcomes: new Map(),
  refusals: new Map(),
  freedBytes: 0,
  repairs: 0,
};

/** The counts with one more event of a socket. Pure. */
export function counted(
  book: ReadonlyMap<string, RemediationCounts>,
  socket: string,
  event: RemediationEvent,
): ReadonlyMap<string, RemediationCounts> {
  return new Map(book).set(socket, oneMore(book.get(socket) ?? nothing, event));
}

function oneMore(counts: RemediationCounts, event: RemediationEvent): RemediationCounts {
  switch (event.kind) {
    case "attempt":
      return {
        ...counts,
        outcomes: plusOne(counts.outcomes, event.outcome),
        freedBytes: counts.freedBytes + event.freedBytes,
      };
    case "refusal":
      return { ...counts, refusals: plusOne(counts.refusals, event.reason) };
    case "pidfile-repair":
      return { ...counts, repairs: counts.repairs + 1 };
  }
}

function plusOne<Key>(counts: ReadonlyMap<Key, number>, key: Key): ReadonlyMap<Key, number> {
  return new Map(counts).set(key, (counts.get(key) ?? 0) + 1);
}
