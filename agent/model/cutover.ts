import type { ProcessId } from "./process.ts";

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

/** Values that the native unit stands on, each of which a flag can give. */
export const cutoverValues = [
  "socket",
  "program",
  "app",
  "arguments",
  "chdir",
  "user",
  "group",
  "workers",
  "umask",
  "nginx",
  "environment",
] as const;

/** One of them. */
export type CutoverValueName = (typeof cutoverValues)[number];

/** One value, as it will be used, and where it is from. */
export interface CutoverValue {
  readonly name: CutoverValueName;
  /** Null: nothing is known of it, or it is not used. */
  readonly value: string | null;
  /** Where it was found, for people: `/etc/init.d/platform line 17`, `command line of master 68`. */
  readonly source: string;
}

/** What cannot be found out well enough to act on: to be answered by a flag. */
export interface CutoverQuestion {
  readonly about: CutoverValueName;
  /** The flag that answers it: `--app`. */
  readonly flag: string;
  /** What would be written after the flag; null: there is no guess. */
  readonly guess: string | null;
  /** Why it is asked, one sentence. */
  readonly why: string;
}

/** Why a plan must not be carried out. */
export type CutoverRefusalReason =
  | "already-native" // there is nothing to do
  | "no-unit"
  | "no-socket"
  | "several-sockets"
  | "not-root"
  | "systemd-too-old"
  | "unit-job-running"
  | "unit-unsuitable" // neither a wrapped init script nor anything that can be put away
  | "not-sound" // nobody owns the path, and it is not --clean
  | "handover" // a USR2 upgrade or a graceful stop is under way
  | "blind"
  | "evidence-weak"
  | "program" // it is missing, cannot be run by the user, or says no version
  | "settings-file" // gunicorn's own settings make a daemon of it
  | "user" // there is no such account
  | "folder" // the user cannot bind in the socket's folder, or not enter the working directory
  | "ownership" // files that the service writes belong to somebody else
  | "environment" // it cannot be carried over as it is
  | "value" // it holds what no unit may hold
  | "not-roots" // with --keep-root, somebody else decides what root runs
  | "in-the-way" // something stands where the unit's file is to be written
  | "nginx"; // it does not answer now, or does not use the socket

/** One reason, with what was seen and what would help. */
export interface CutoverRefusal {
  readonly reason: CutoverRefusalReason;
  readonly why: string;
}

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

/** A step, for people; what carries it out knows it by its name. */
export interface CutoverStep {
  readonly step: CutoverStepName;
  /** What is done, one sentence. */
  readonly text: string;
  /** Lines for a root shell that do the same, or come near it. */
  readonly commands: readonly string[];
  /** What is checked after it, one sentence. */
  readonly check: string;
  /** What is done when it, or one after it, goes wrong; null: there is nothing to undo. */
  readonly undo: string | null;
}

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

/** A cutover as planned: what is found, what would be done, and why not. Plain data. */
export interface CutoverPlan {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly host: string;
  readonly mode: "live" | "clean";
  readonly socketActivation: boolean;
  /** Null: not enough is known, `refusals` or `questions` say what is missing. */
  readonly target: CutoverTarget | null;
  readonly values: readonly CutoverValue[];
  /** To be carried out only when both are empty. */
  readonly refusals: readonly CutoverRefusal[];
  readonly questions: readonly CutoverQuestion[];
  /** Why it should be done, and what is so today: one sentence each. */
  readonly today: readonly string[];
  /** What will be otherwise than before, or deserves a look: one sentence each. */
  readonly notes: readonly string[];
  readonly steps: readonly CutoverStep[];
}

/** True for a plan that may be carried out. */
export function isReady({ target, refusals, questions }: CutoverPlan): boolean {
  return target !== null && refusals.length === 0 && questions.length === 0;
}

/** True where the unit is native already, so that there is nothing to do. */
export function isAlreadyNative({ refusals }: CutoverPlan): boolean {
  return refusals.some(({ reason }) => reason === "already-native");
}

/** The scope that a unit's old groups are moved into; the gate lets masters in it pass. */
export function asideScope(unit: string): string {
  return `onemaster-before-${unit.replace(/\.service$/, "")}.scope`;
}

/** The file that a native unit's own environment is written to, where it needs one. */
export function nativeEnvironmentFile(unit: string): string {
  return `/etc/default/${unit.replace(/\.service$/, "")}-native`;
}
