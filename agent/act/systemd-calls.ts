import type { HostTool, ToolRan } from "./host-tool.ts";

/** What is asked of systemd. Each resolves with why it went wrong, or undefined. Never rejects. */
export interface SystemdCalls {
  reload(): Promise<string | undefined>;
  /** Waits for the end of the job. */
  start(unit: string): Promise<string | undefined>;
  /**
   * Waits until the unit is stopped. It alone: whoever requires it, or is part of it, goes on, since
   * no start of it would start them again. What is bound to it ends all the same (systemd.unit(5)).
   */
  stop(unit: string): Promise<string | undefined>;
  resetFailed(unit: string): Promise<string | undefined>;
  /**
   * Moves processes into a new scope, which nobody's stop of it ends gently: a gunicorn master that
   * is sent TERM removes its path by name, whoever serves there. It is delegated, so that more can
   * be moved into it.
   */
  moveAside(
    scope: string,
    description: string,
    pids: readonly number[],
  ): Promise<string | undefined>;
  /** Moves processes into an active, delegated unit. */
  attach(unit: string, pids: readonly number[]): Promise<string | undefined>;
}

const RELOAD_MS = 90_000;
/** TimeoutStartSec and TimeoutStopSec are 90 s ordinarily, and this is not to end before them. */
const JOB_MS = 400_000;
const CALL_MS = 25_000;
const SIGKILL = "9";
const ALONE = "--job-mode=ignore-dependencies";

const manager = [
  "org.freedesktop.systemd1",
  "/org/freedesktop/systemd1",
  "org.freedesktop.systemd1.Manager",
] as const;

/** Calls to the system manager through systemctl(1) and busctl(1), which come with it. */
export function createSystemdCalls(tool: HostTool): SystemdCalls {
  const systemctl = async (words: readonly string[], ms: number): Promise<string | undefined> =>
    whyOf(await tool("systemctl", ["--no-ask-password", ...words], ms), words);
  const call = async (words: readonly string[]): Promise<string | undefined> =>
    whyOf(await tool("busctl", ["--quiet", "call", ...manager, ...words], CALL_MS), words);

  return {
    reload: () => systemctl(["daemon-reload"], RELOAD_MS),
    start: (unit) => systemctl(["start", "--", unit], JOB_MS),
    stop: (unit) => systemctl(["stop", ALONE, "--", unit], JOB_MS),
    resetFailed: (unit) => systemctl(["reset-failed", "--", unit], CALL_MS),
    moveAside(scope, description, pids) {
      // org.freedesktop.systemd1(5): name, mode, properties, auxiliary units
      const properties = [
        ["PIDs", "au", `${pids.length}`, ...pids.map(String)],
        ["Description", "s", description],
        ["KillSignal", "i", SIGKILL],
        ["Delegate", "b", "true"],
        ["CollectMode", "s", "inactive-or-failed"],
      ];
      const words = [scope, "fail", `${properties.length}`, ...properties.flat(), "0"];
      return call(["StartTransientUnit", "ssa(sv)a(sa(sv))", ...words]);
    },
    attach: (unit, pids) =>
      // since systemd 238; only for units with Delegate=yes that are active
      call(["AttachProcessesToUnit", "ssau", unit, "", `${pids.length}`, ...pids.map(String)]),
  };
}

function whyOf({ ok, why }: ToolRan, words: readonly string[]): string | undefined {
  if (ok) return undefined;
  return `${words[0] ?? ""}: ${why}`;
}
