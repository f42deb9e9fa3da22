import type { TextStyle } from "./text-style.ts";

/** How to dress the texts of `remediate`. */
export interface RemediateStyle extends TextStyle {
  /** The settings file as typed, for the command that is printed; undefined: none was. */
  readonly config: string | undefined;
}

/** Pids one after the other, at most sixteen: `50 51 52 53`. */
export function pidsText(pids: readonly number[]): string {
  const more = pids.length - 16;
  return pids.slice(0, 16).join(" ") + (more > 0 ? ` and ${more} more` : "");
}
