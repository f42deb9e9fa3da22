/** A command as a script writes it. */
export interface ScriptCommand {
  /** Program first. Null: a word that only running the script would tell. */
  readonly words: readonly (string | null)[];
  /** Where it stands, counted from 1. */
  readonly line: number;
  /** Where the script has gone by then; undefined: nowhere that is known. */
  readonly directory: string | undefined;
  /** What it gives the command beside its own environment; null: a value that is not known. */
  readonly environment: ReadonlyMap<string, string | null>;
}

/** What a script was read with. */
export interface ScriptContext {
  /** Its own path. */
  readonly path: string;
  /** Where it is started, and with what environment. */
  readonly directory: string | undefined;
  readonly environment: ReadonlyMap<string, string | null>;
  /** The text of a file that it reads in; undefined: it is not to be had. */
  readonly readFile: (path: string) => string | undefined;
}
