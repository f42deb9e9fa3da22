import type { CommonOptions } from "./common-options.ts";
import { type Colours, coloursFor } from "./status-colours.ts";
import type { Surroundings } from "./surroundings.ts";

/** How to dress a text for people. */
export interface TextStyle {
  /** Characters a line may have; what is to be pasted, such as paths and commands, stays whole. */
  readonly width: number;
  readonly colours: Colours;
}

const widthWithoutTerminal = 80;

/** For stdout: as wide as its terminal is, and in colour there, where nobody asked for none. */
export function textStyleFor(
  { color }: Pick<CommonOptions, "color">,
  { stdout, plainText }: Surroundings,
): TextStyle {
  return {
    width: stdout.columns ?? widthWithoutTerminal,
    colours: coloursFor(color && stdout.isTerminal && !plainText),
  };
}
