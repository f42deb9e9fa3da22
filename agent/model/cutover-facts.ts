import type { CutoverLink } from "./cutover.ts";
import type { GunicornLine } from "./gunicorn-line.ts";
import type { OwnerIds } from "./log-place.ts";
import type { UnitFacts } from "./unit.ts";

/** A gunicorn command line and where it was found. */
export interface LaunchFacts {
  /** A process's own command line is what it runs with; a script's may have changed since. */
  readonly kind: "process" | "script";
  /** For people: `command line of master 68`, `/etc/init.d/platform line 21`. */
  readonly source: string;
  /** gunicorn as it is named there. */
  readonly program: string;
  /** What its words say. */
  readonly line: GunicornLine;
  /** False: there are words that only running the script would tell. */
  readonly isWhole: boolean;
  /** Where relative names start from, before --chdir. */
  readonly directory: string | undefined;
}

/** Most files that a process may have open: the limit in force, and how far it can raise it. */
export interface OpenFiles {
  readonly soft: number;
  readonly hard: number;
}

/** Who goes first where processors or memory are short; undefined: it could not be read. */
export interface Priorities {
  /** -20 to 19, as setpriority(2) has it: whoever has less goes first. */
  readonly nice: number | undefined;
  /** -1000 to 1000: what the kernel adds when it looks for somebody to kill for memory. */
  readonly oomScoreAdjust: number | undefined;
}

/** The master whose work the native unit will do. */
export interface ModelMaster {
  readonly pid: number;
  /** False: its command line and environment can be of any process of its user's making. */
  readonly isRoots: boolean;
  /** Where else it listens: `TCP port 8000`, or the name that a unix socket was bound by. */
  readonly listens: readonly string[];
  /** What gunicorn has put in its title: the application, unless --name says otherwise. */
  readonly title: string | undefined;
  readonly workingDirectory: string | undefined;
  /**
   * Without what systemd, shells and gunicorn set for themselves. Undefined: a title has been
   * written over it, or it must not be read.
   */
  readonly environment: ReadonlyMap<string, string> | undefined;
  readonly workers: number;
  /** Who its workers are; undefined: it has none, or they could not be read. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** Undefined: it could not be read. */
  readonly openFiles: OpenFiles | undefined;
  readonly priorities: Priorities;
  /** Regular files that it has open for writing. */
  readonly writes: readonly string[];
}

/** A file that a start script reads its settings from. */
export interface SourcedFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, string>;
  readonly shellOnly: readonly number[];
  /** Root alone can change it, and where its path leads. */
  readonly isRoots: boolean;
}

/** What the start scripts say. */
export interface ScriptFacts {
  readonly initScript: string | undefined;
  /** The program that the init script has started gunicorn through. */
  readonly launcher: string | undefined;
  readonly launches: readonly LaunchFacts[];
  readonly sourced: readonly SourcedFile[];
  /** Variables that gunicorn gets from them, those of a shell's own left out; null: not known. */
  readonly exported: ReadonlyMap<string, string | null>;
  /** The launcher gives gunicorn an environment of its own making. */
  readonly ownEnvironment: boolean;
  readonly header: LsbHeader;
}

/** What nginx's settings say of the socket. */
export type NginxFacts =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string }
  | {
      readonly kind: "read";
      readonly sites: readonly { readonly url: string; readonly host: string | undefined }[];
    };

/** The comment that says when an init script is to be started. */
export interface LsbHeader {
  readonly description: string | undefined;
  /** Names and `$facilities` of Required-Start and Should-Start. */
  readonly starts: readonly string[];
}

/** All that is looked at before values are chosen. */
export interface CutoverLook {
  readonly isRoot: boolean;
  /** Undefined: it could not be told. */
  readonly systemdVersion: number | undefined;
  /** Undefined: no master that could be a model lives. */
  readonly master: ModelMaster | undefined;
  /** What services have that say nothing of it; undefined: systemd does not tell. */
  readonly defaultOpenFiles: OpenFiles | undefined;
  /** The same of these. */
  readonly defaultPriorities: Priorities;
  /** From the master's own command line; undefined: a title stands there. */
  readonly ownLaunch: LaunchFacts | undefined;
  readonly scripts: ScriptFacts;
  /** What GUNICORN_CMD_ARGS says; undefined: it is not set. */
  readonly inEnvironment: GunicornLine | undefined;
  /** The file of --environment-file can be changed by others than root. */
  readonly namedFileIsOpen: boolean;
  /** What is said by --arguments. */
  readonly typed: GunicornLine | undefined;
  readonly links: readonly CutoverLink[];
  readonly nginx: NginxFacts;
  /** Absolute paths of gunicorn programs, those first that its own PATH leads to. */
  readonly programs: readonly string[];
  /** Files that stand where one of the new unit's may be written. */
  readonly inTheWay: readonly string[];
  /** Drop-ins of the unit's name, which hold for the native unit as well. */
  readonly dropIns: readonly string[];
  /** What systemd runs by them as it starts or stops it: `PATH: ExecStop=`; for people. */
  readonly dropInCommands: readonly string[];
  /** By which it starts something else, or otherwise, than the unit's file says: `PATH: Type=`. */
  readonly dropInStarts: readonly string[];
  /** Processes of the unit that are none of gunicorn's and stay. */
  readonly besides: readonly Lasting[];
  readonly unit: UnitFacts | undefined;
}

/** A process that has been there for a while. */
export interface Lasting {
  readonly pid: number;
  /** What /proc calls it, 15 bytes at most. */
  readonly command: string;
}

/** An account, by name and number. */
export interface Account {
  readonly name: string;
  readonly id: number;
}

/** How a path stands for the account that the service will run as. */
export interface PathStand {
  readonly path: string;
  /** `missing`: not there, and cannot be made either. `makeable`: not there, but can be made. */
  readonly state: "writable" | "makeable" | "not-writable" | "missing";
  /** Of the file, or of the folder where there is no file; undefined: it could not be read. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Owners of the folders on its real way; undefined: that could not be followed. */
  readonly folders: readonly OwnerIds[] | undefined;
}

/** A folder that the service needs, as it is now; after a boot it is not there, or is otherwise. */
export interface LostFolder {
  readonly path: string;
  /** What a line of tmpfiles.d makes in its place: `0755 root root`; undefined: none is known to. */
  readonly madeAs: string | undefined;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: OwnerIds;
}

/** What is tried with the values that were chosen. Nothing of it changes the host. */
export interface CutoverChecks {
  /** Of what root would run or read where gunicorn stays root: paths that others can change. */
  readonly openToOthers: readonly string[];
  /** The same where it could not be told, or is so whoever can change it; for people. */
  readonly untrusted: readonly string[];
  /** Of the socket and of each unix bind: the path by its folder's real one; missing: not found. */
  readonly realPaths: ReadonlyMap<string, string>;
  readonly user: Account | undefined;
  readonly group: Account | undefined;
  /** Run by that account; undefined: it could not be, `programProblem` says why. */
  readonly version: string | undefined;
  readonly programProblem: string | undefined;
  readonly socketFolder: PathStand | undefined;
  readonly canEnterDirectory: boolean | undefined;
  /** Folders of the socket, the logs and the application that nothing is known to make at boot. */
  readonly lostAtBoot: readonly LostFolder[];
  readonly files: readonly PathStand[];
  /** Lines of gunicorn's own settings files that a unit cannot live with: `path line 3: daemon = True`. */
  readonly settingsProblems: readonly string[];
  readonly nginx:
    | { readonly kind: "answered"; readonly status: number }
    | { readonly kind: "silent"; readonly why: string }
    | undefined;
}
