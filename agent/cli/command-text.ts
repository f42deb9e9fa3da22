/** What the help and the manual page say of a command beside its options. */
export interface CommandText {
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs; each is wrapped to the width of the reader. */
  readonly description: readonly string[];
  readonly examples: readonly { readonly command: string; readonly says: string }[];
  readonly exits: readonly { readonly code: number; readonly when: string }[];
}

/** How all commands but `check` end then. */
export const usageExit = { code: 64, when: "the command line or the settings are wrong" };
/** How all commands but `check` end then. */
export const failureExit = { code: 70, when: "the agent itself failed" };
