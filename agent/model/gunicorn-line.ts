/** What decides on code that gunicorn's master runs by itself; names as they are written. */
export interface GunicornCode {
  /** Folders from which it imports. */
  readonly folders: readonly string[];
  /** Files of which it runs what stands in them. */
  readonly files: readonly string[];
  /** Folders in which it makes files and gives them away. */
  readonly scratch: readonly string[];
  /** Variables that it sets. */
  readonly variables: readonly (readonly [name: string, value: string])[];
}

/** What a gunicorn command line says, taken apart. */
export interface GunicornLine {
  /**
   * What is kept as it is: everything but the bind, the pidfile, `--daemon`, user, group, the
   * working directory, the number of workers, the umask and the application.
   */
  readonly kept: readonly string[];
  readonly binds: readonly string[];
  readonly pidfile: string | undefined;
  readonly daemon: boolean;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly initGroups: boolean;
  readonly chdir: string | undefined;
  readonly workers: number | undefined;
  /** Undefined: none is named, or what stands there is no number. */
  readonly umask: number | undefined;
  /** Its settings file, as it is written. */
  readonly settingsFile: string | undefined;
  readonly code: GunicornCode;
  /** Files that it logs to. */
  readonly logs: readonly string[];
  readonly graceSeconds: number | undefined;
  /** `module:name`; undefined: none is named. */
  readonly app: string | undefined;
  /** Options that are not known here: whether a value follows them cannot be told. */
  readonly unknown: readonly string[];
}
