import type { ProcessId, SignalRole } from "./process.ts";
import type { Read } from "./read.ts";

/** A command of a unit, such as ExecStart, in the words of `systemctl show`. */
export interface ExecCommand {
  /** As the unit names it: absolute, or a name that systemd looks for in its search path. */
  readonly path: string;
  /** The arguments, the program's own name first, joined by blanks: where quotes were is lost. */
  readonly args: string;
}

/**
 * What `systemctl show` says of a unit. A property that it did not name, because the kind of
 * unit has none or systemd is too old, is undefined, and so is one that is empty.
 */
export interface UnitProperties {
  /** All names, aliases too. */
  readonly names: readonly string[];
  /** `loaded`, `not-found`, `bad-setting`, `error`, `masked`. */
  readonly loadState: string | undefined;
  readonly activeState: string | undefined;
  readonly subState: string | undefined;
  /** How the service ended last: `success`, `exit-code`, `timeout`, … */
  readonly result: string | undefined;
  readonly unitFileState: string | undefined;
  readonly fragmentPath: string | undefined;
  /** What a generator made it from. */
  readonly sourcePath: string | undefined;
  /** The files have changed since systemd read them. */
  readonly needDaemonReload: boolean | undefined;
  /** Number of the job that is queued or running for it. */
  readonly job: number | undefined;
  readonly controlGroup: string | undefined;
  readonly triggeredBy: readonly string[];
  /** `Type`: simple, exec, forking, oneshot, dbus, notify, notify-reload, idle. */
  readonly serviceType: string | undefined;
  readonly guessMainPid: boolean | undefined;
  readonly pidFile: string | undefined;
  readonly killMode: string | undefined;
  /** 0: systemd follows no process of it. */
  readonly mainPid: number | undefined;
  readonly rootDirectory: string | undefined;
  readonly rootImage: string | undefined;
  /** Undefined: there is one that cannot be read, such as with a line break in an argument. */
  readonly execStart: readonly ExecCommand[] | undefined;
  /** When its state last changed, on the kernel's monotonic clock. */
  readonly stateChangedMonotonicMs: number | undefined;
  /** Everything as it was printed, for the record; of a property with several lines the first. */
  readonly shown: Readonly<Record<string, string>>;
}

/** The program of a unit's ExecStart, as it stands on disk. */
export interface ProgramFacts {
  /** As ExecStart names it. */
  readonly named: string;
  /** `unseen`: neither there nor not there, `why` says more. */
  readonly state: "executable" | "not-executable" | "missing" | "unseen";
  /** Where it was found, or looked for. */
  readonly at: string;
  readonly why: string | undefined;
  /** The interpreter that its first line names; undefined where it names none. */
  readonly interpreter: { readonly path: string; readonly missing: boolean } | undefined;
}

/** The init script of the same name as a unit, and what starts it at boot. */
export interface InitScript {
  /** Absolute path; undefined when there is none. */
  readonly path: string | undefined;
  readonly executable: boolean;
  /** It hands over to systemctl when it is run by hand, as scripts with LSB functions do. */
  readonly redirects: boolean;
  /** Absolute paths of its links in /etc/rc?.d. */
  readonly links: readonly string[];
}

/** A unit as systemd and the file system tell of it. */
export interface UnitFacts {
  /** With its suffix, as it was asked for. */
  readonly name: string;
  /** A unit that does not exist is an answer too: `loadState` is `not-found`. */
  readonly properties: Read<UnitProperties>;
  /** How long its state has been as it is; undefined where it never changed, or is not known. */
  readonly stateAgeMs: number | undefined;
  readonly initScript: Read<InitScript>;
  /** Undefined: it has no ExecStart, or one that cannot be read. */
  readonly program: ProgramFacts | undefined;
  /** Absolute paths of gunicorn programs here, those beside the unit's own program first. */
  readonly gunicorns: readonly string[];
  /** /etc/default/NAME, where init scripts read their settings; undefined when it is not there. */
  readonly defaultsFile: string | undefined;
  /** Pids in its cgroup; none when it has no cgroup. */
  readonly processes: Read<readonly number[]>;
}

/** The process at the head of a group: its master, or one worker of those whose master is dead. */
export interface HeadFacts {
  readonly id: ProcessId;
  /** Its parent, the parent's parent and so on, up to pid 1. */
  readonly ancestors: readonly number[];
  /** Id of its session: its own pid for a process that systemd started itself. */
  readonly session: number;
  /** Its cgroup where systemd keeps units; undefined where it could not be read. */
  readonly cgroup: string | undefined;
  /** The innermost unit of that cgroup. */
  readonly unit: string | undefined;
  /** Absolute; undefined where it must not be read. */
  readonly workingDirectory: string | undefined;
  /** Its command line, or a title that it has put there: a label, never evidence. */
  readonly args: readonly string[];
}

/** A pidfile and the process that it names. */
export interface PidfileFacts {
  readonly path: string;
  /** Why it names nobody; undefined when it names a pid. */
  readonly problem: "missing" | "empty" | "malformed" | "unreadable" | undefined;
  readonly pid: number | undefined;
  readonly writtenAtMs: number | undefined;
  /** Undefined: no living process has that pid. */
  readonly process:
    | {
        readonly signalRole: SignalRole;
        readonly command: string;
        readonly startedAtMs: number;
      }
    | undefined;
}

/** How long a unit may look wrong after a change: between two steps of systemd or gunicorn. */
export const settlingMs = 5_000;

/** All that was asked about the units of a report. */
export interface UnitsSeen {
  readonly units: readonly UnitFacts[];
  readonly heads: readonly HeadFacts[];
  readonly pidfiles: readonly PidfileFacts[];
}
