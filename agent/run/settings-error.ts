/**
 * Thrown when settings cannot be used. `problems` holds every one found, each a whole
 * sentence that starts with where it is (`FILE:LINE:COLUMN: …`, or `FILE: …` when it is
 * about the file itself), says what was found and what would be right. `message` is all
 * of them, one a line. The settings that were in force before stay as they are.
 */
export class SettingsError extends Error {
  override readonly name = "SettingsError" as const;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}
