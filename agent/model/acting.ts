import type { ProcessId, SignalRole } from "./process.ts";

/** A process as one fresh look finds it, just before or after it is signalled. */
export interface ProcessNow {
  readonly id: ProcessId;
  readonly parentPid: number;
  /**
   * The state letter of proc_pid_stat(5): `T` is stopped, `Z` is dead and not yet reaped. Where only
   * the main thread has ended it is that of another thread: such a process lives.
   */
  readonly state: string;
  readonly signalRole: SignalRole;
  /**
   * HUP, INT, QUIT or TERM waits for it (SigPnd or ShdPnd of proc_pid_status(5)), as when somebody
   * sends one to a stopped process. On SIGCONT a gunicorn master would act on it and remove its
   * socket file by name.
   */
  readonly endingPending: boolean;
  /** The kernel's name of it: a label, never evidence. */
  readonly comm: string;
}

/** What stands at a path, links followed. */
export type FileNow =
  | { readonly kind: "socket"; readonly device: number; readonly inode: number }
  | { readonly kind: "absent" }
  | { readonly kind: "other" }
  | { readonly kind: "unreadable"; readonly why: string };

/** Whether the owner of a path answers a request. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly tookMs: number }
  | { readonly kind: "silent"; readonly why: string };

/** Fresh looks at the host, nothing remembered: what acting decides on. None of them throws. */
export interface Eyes {
  /** `gone`: no process has that pid. */
  process(pid: number): ProcessNow | "gone" | "unreadable";
  /** Inodes of the sockets that it holds; undefined: could not be read. */
  sockets(pid: number): readonly number[] | undefined;
  /** TCP ports that it listens on; undefined: could not be read. */
  tcpPorts(pid: number): readonly number[] | undefined;
  /**
   * All that descends from these pids by parents, zombies included, the pids themselves not.
   * Undefined: /proc could not be listed.
   */
  below(pids: readonly number[]): readonly ProcessNow[] | undefined;
  /** What the host gets back when these end, in bytes; undefined: could not be read of each. */
  reclaimable(pids: readonly number[]): Promise<number | undefined>;
  /** AnonPages + Shmem + used swap of the host, in bytes; undefined: could not be read. */
  usedMemory(): number | undefined;
  file(path: string): FileNow;
  /** Sends `OPTIONS /` to the path. Any HTTP status is an answer. */
  answer(path: string, patienceMs: number): Promise<Answer>;
}

/** What came of a call that changes the host. */
export type Done =
  | { readonly kind: "done" }
  | { readonly kind: "gone" } // the process or file is not there any more
  | { readonly kind: "denied"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** The calls that change the host, one system call each. None of them throws. */
export interface Hands {
  /** kill(2). Refuses pids below 2 and the agent's own. Signal 0 only asks for the right. */
  signal(pid: number, signal: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL" | 0): Done;
  /** link(2): a second name, never over one that exists. */
  link(existing: string, added: string): Done;
  /** unlink(2). */
  unlink(path: string): Done;
}
