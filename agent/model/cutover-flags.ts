/** What a person says on the command line; undefined: it is found out. */
export interface CutoverFlags {
  /** Unit to take over from, with its suffix. */
  readonly unit: string | undefined;
  /** Absolute path of the socket. */
  readonly socket: string | undefined;
  /** Name of the native unit, with its suffix; undefined: that of the old one. */
  readonly name: string | undefined;
  /** gunicorn: an absolute path. */
  readonly program: string | undefined;
  /** `module:name`. */
  readonly app: string | undefined;
  readonly chdir: string | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly workers: number | undefined;
  /** The umask under which the socket file is bound, as gunicorn's -m has it. */
  readonly umask: number | undefined;
  /** File of `NAME=value` lines for the service. */
  readonly environmentFile: string | undefined;
  /** Asked through nginx, to know that it reaches the socket. `none`: there is no nginx. */
  readonly nginx: { readonly url: string } | "none" | undefined;
  /** What is asked of the application through the socket; undefined: `/`. */
  readonly url: string | undefined;
  /** gunicorn's other options, word by word, instead of those that are found. */
  readonly arguments: readonly string[] | undefined;
  /** gunicorn stays root and takes -u and -g, as under the init script. */
  readonly keepRoot: boolean;
  /** Files that the service has to write are given to its user. */
  readonly fixOwnership: boolean;
  /** Stop and clear all first: there is an outage, and nothing is left to chance. */
  readonly clean: boolean;
  /** systemd binds the path, for good. */
  readonly socketActivation: boolean;
}
