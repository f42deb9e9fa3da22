import { createColors } from "picocolors";
import type { Role, Verdict } from "../model/verdict.ts";

/** Dresses a text for a terminal, or leaves it as it is. */
type Paint = (text: string) => string;

/** The colours of `status`; all of them leave texts as they are where colour is not wanted. */
export interface Colours {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly warning: Paint;
  readonly verdict: (verdict: Verdict) => Paint;
  readonly role: (role: Role) => Paint;
}

/** Colours for a terminal, or none. */
export function coloursFor(wanted: boolean): Colours {
  const { bold, dim, red, yellow, green } = createColors(wanted);
  return {
    bold,
    dim,
    warning: yellow,
    verdict(verdict) {
      switch (verdict) {
        case "unreachable":
        case "duplicate":
        case "no-master":
          return red;
        case "orphaned-workers":
        case "unknown":
        case "handover":
          return yellow;
        case "one-master":
          return green;
      }
    },
    role(role) {
      switch (role) {
        case "stale":
        case "stranded":
          return red;
        case "orphaned":
        case "unclear":
        case "draining":
        case "predecessor":
        case "successor":
          return yellow;
        case "serving":
          return green;
      }
    },
  };
}
