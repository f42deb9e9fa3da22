import type { ProcessId } from "./process.ts";

/** A file that is written. */
export interface CutoverFile {
  /** Absolute path. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly text: string;
  /** True: its text is shown to nobody, since there may be secrets in it. */
  readonly secret: boolean;
}

/** A file or folder that the service has to write, and whose it has to become. */
export interface CutoverOwnership {
  readonly path: string;
  readonly from: { readonly uid: number; readonly gid: number };
  readonly to: { readonly uid: number; readonly gid: number };
  /** `its error log` and the like. */
  readonly why: string;
}

/** How the new gunicorn is started: what the unit says, word by word. */
export interface CutoverService {
  /** Name of the unit with its suffix. */
  readonly name: string;
  /** Absolute path of gunicorn. */
  readonly program: string;
  /**
   * Its arguments without any bind and without the application, so that a trial can be bound
   * elsewhere: `[program, ...words, "-b", …, app]`. A trial binds none of `otherBinds`.
   */
  readonly words: readonly string[];
  /** Where it listens beside `bind`, as gunicorn's -b has it. */
  readonly otherBinds: readonly string[];
  readonly app: string;
  /** `unix:/absolute/path`; null: systemd binds it. */
  readonly bind: string | null;
  readonly serviceType: "notify" | "simple";
  readonly user: { readonly name: string; readonly uid: number };
  readonly group: { readonly name: string; readonly gid: number };
  /** gunicorn runs as root, and takes the user and the group from its words. */
  readonly keepsRoot: boolean;
  readonly workingDirectory: string;
  /** Files of `NAME=value` lines that the unit names, in their order, without a leading `-`. */
  readonly environmentFiles: readonly string[];
  readonly workers: number;
  /** Version of gunicorn, such as `20.1.0`. */
  readonly version: string;
  /** How long a stop may take before systemd kills the rest. */
  readonly stopTimeoutMs: number;
}

/** A group of processes as it was when the plan was made. A plan is old at once: look again. */
export interface CutoverGroup {
  readonly role: string;
  /** Null: dead. */
  readonly master: ProcessId | null;
  readonly workers: readonly ProcessId[];
  readonly others: readonly number[];
  readonly unit: string | null;
  /** True: new connections reach it. */
  readonly serves: boolean;
}

/** A link in /etc/rc?.d and where it leads, as it is written. */
export interface CutoverLink {
  readonly path: string;
  readonly target: string;
}

/** What starts the service today, and what is put away of it. */
export interface CutoverOld {
  /** Name of the unit with its suffix. */
  readonly unit: string;
  /** `sysv`: a unit that systemd-sysv-generator made of the script. `no-unit`: loose masters. */
  readonly kind: "sysv" | "no-unit";
  /** Absolute path; null: there is none. */
  readonly initScript: string | null;
  readonly links: readonly CutoverLink[];
  /** What the init script runs to start gunicorn; null: it does it itself, or is not known. */
  readonly launcher: string | null;
  readonly pidfile: { readonly path: string; readonly pid: number | null } | null;
  readonly fragmentPath: string | null;
  readonly activeState: string | null;
  /** All groups at the socket. */
  readonly groups: readonly CutoverGroup[];
  /** Every pid in the unit's cgroup; null where it could not be read. */
  readonly inCgroup: readonly number[] | null;
}

/** The socket and what it has to be again. */
export interface CutoverSocket {
  readonly path: string;
  /** The file that stands there now; null: none. */
  readonly file: { readonly device: number; readonly inode: number } | null;
  /** Permission bits that it has to have afterwards. */
  readonly mode: number;
  /** Owner and group afterwards; null: nothing is expected. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** Names of those, for people: `www-data:www-data`. */
  readonly ownerText: string;
  /** Path and query that are asked through the socket. */
  readonly url: string;
}

/** How nginx is asked; null in the plan: there is none, or it is not to be asked. */
export interface CutoverNginx {
  /** Where it listens: `http://127.0.0.1:80/`. */
  readonly url: string;
  /** The Host header that leads to the site; null: that of the URL. */
  readonly host: string | null;
}

/** Names of all steps there can be. */
export const cutoverSteps = [
  "preflight", // read-only: everything that could fail later is tried first
  "record", // the backup and the record, before anything is changed
  "ownership", // files are given to the service's user (--fix-ownership)
  "keep-name", // a second name of the live socket file
  "set-aside", // all old groups go into a scope of their own, and serve on
  "stop-all", // --clean: all old groups are ended
  "put-away", // init script and links go into the backup
  "install", // the native unit, daemon-reload, enable
  "start", // the native unit: the one instant in which the path is bound anew
  "answer", // MainPID owns the path, has its workers, answers through socket and nginx
  "end-old", // the old groups are ended as `remediate` ends stale ones
  "finish", // nothing is left over: scope, second name
] as const;

/** One of them. */
export type CutoverStepName = (typeof cutoverSteps)[number];

/** What the new service has to be, and all that is put in place for it. */
export interface CutoverTarget {
  readonly service: CutoverService;
  readonly socket: CutoverSocket;
  readonly nginx: CutoverNginx | null;
  readonly old: CutoverOld;
  /** The unit's file first, then others, all of them to be written. */
  readonly files: readonly CutoverFile[];
  /** Units that are enabled, and those that are started, in their order. */
  readonly enable: readonly string[];
  readonly start: readonly string[];
  readonly ownership: readonly CutoverOwnership[];
  /** The scope that the old groups are moved into. */
  readonly scope: string;
  /** Folder for what is put away. */
  readonly backup: string;
}

/** The scope that a unit's old groups are moved into; the gate lets masters in it pass. */
export function asideScope(unit: string): string {
  return `onemaster-before-${unit.replace(/\.service$/, "")}.scope`;
}

/** The file that a native unit's own environment is written to, where it needs one. */
export function nativeEnvironmentFile(unit: string): string {
  return `/etc/default/${unit.replace(/\.service$/, "")}-native`;
}
