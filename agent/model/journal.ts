/** One entry of the systemd journal, reduced to what the agent asks journalctl for. */
export interface JournalEntry {
  /** Opaque; names the entry to journalctl. */
  readonly cursor: string;
  /** When it was logged, as its sender said where that is known, milliseconds since 1970. */
  readonly atMs: number;
  /** Milliseconds after boot, as journald received it. */
  readonly monotonicMs: number;
  readonly bootId: string;
  /** Undefined: the entry has none, or it was too long for journalctl to print. */
  readonly message: string | undefined;
  /**
   * All other fields that were asked for, by name, as text. A field that journalctl printed as
   * null, or a repeated one of which the first value is no text, is left out.
   */
  readonly fields: ReadonlyMap<string, string>;
}

interface EventBase {
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly bootId: string;
  readonly cursor: string;
}

interface UnitEvent extends EventBase {
  /** With its suffix, e.g. `platform.service`. */
  readonly unit: string;
}

/** A job of a unit, or its end. */
export interface UnitJobEvent extends UnitEvent {
  readonly kind:
    | "start-begun"
    | "started"
    | "start-failed"
    | "stop-begun"
    | "stopped"
    | "reload-begun"
    | "reloaded";
  /** `start`, `restart`, `stop`, …; undefined where systemd did not say. */
  readonly jobType: string | undefined;
}

/** A process that systemd found in the unit's cgroup after its stop, or at its start. */
export interface LeftoverEvent extends UnitEvent {
  readonly kind: "leftover-after-stop" | "leftover-at-start";
  readonly pid: number;
  /**
   * The kernel's name of the process, its first line, as systemd prints it: bytes beyond ASCII
   * and control characters are written like `\303`.
   */
  readonly comm: string;
}

/** The unit's state changed without anybody having asked for it. */
export interface UnitStateEvent extends UnitEvent {
  readonly kind: "main-exited" | "unit-failed" | "auto-restart" | "unit-oom";
  /** What systemd said, in its own words. */
  readonly detail: string;
}

/** systemd signalled a process of the unit: asked to, or because it would not stop. */
export interface UnitSignalEvent extends UnitEvent {
  readonly kind: "signalled";
  /** Undefined: all processes of the unit's cgroup at once, which systemd 257 does for SIGKILL. */
  readonly pid: number | undefined;
  readonly signal: string;
  /** True: on request of a client, `systemctl kill`. */
  readonly requested: boolean;
}

/** The kernel killed a process for want of memory. */
export interface KernelOomEvent extends EventBase {
  readonly kind: "kernel-oom";
  readonly pid: number;
  readonly comm: string;
}

/** The system manager read its units again, or executed itself again. */
export interface ManagerEvent extends EventBase {
  readonly kind: "manager-reload" | "manager-reexec";
  /** Who asked, e.g. `systemctl (pid 812) in session-3.scope`; systemd says it from 253 on. */
  readonly by: string | undefined;
}

/**
 * Somebody ran a command through sudo. Who it was is certain. That it was sudo is not: with a user
 * namespace of their own users can make journald take their program for sudo.
 */
export interface SudoEvent extends EventBase {
  readonly kind: "sudo";
  readonly user: string;
  readonly command: string;
}

/** The first entry of a boot. */
export interface BootEvent extends EventBase {
  readonly kind: "boot";
}

/** What an entry of the journal tells. Only the system manager, the kernel and sudo are believed. */
export type JournalEvent =
  | UnitJobEvent
  | LeftoverEvent
  | UnitStateEvent
  | UnitSignalEvent
  | KernelOomEvent
  | ManagerEvent
  | SudoEvent
  | BootEvent;

/** A kind of event. */
export type JournalEventKind = JournalEvent["kind"];

/**
 * The kinds that are counted for a unit: the label `event` of `onemaster_journal_events_total`.
 * What was only begun is counted when it has come to its end.
 */
export const unitEventKinds = [
  "started",
  "start-failed",
  "stopped",
  "reloaded",
  "leftover-after-stop",
  "leftover-at-start",
  "main-exited",
  "unit-failed",
  "auto-restart",
  "unit-oom",
  "signalled",
] as const satisfies readonly JournalEventKind[];

/** Kind of an event that is about a unit. */
export type UnitEventKind = (typeof unitEventKinds)[number];
