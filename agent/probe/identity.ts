import { parseCgroup, unitOfCgroup } from "../parse/cgroup.ts";
import { commandText, parseCmdline, pidfileArgument } from "../parse/cmdline.ts";
import { parseProcStatus } from "../parse/proc-status.ts";
import type { ProcStat } from "../parse/proc-stat.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { SlowFiles } from "./slow-files.ts";

/** What changes seldom in the life of a process: read when it comes and when its name changes. */
export interface Identity {
  readonly command: string;
  readonly uid: number | undefined;
  readonly unit: string | undefined;
  /** Where the memory controller keeps its cgroup, below the controller's mount. */
  readonly memoryCgroup: MemoryCgroup | undefined;
  /** `net:[…]`; undefined where the link must not be read. */
  readonly netns: string | undefined;
  /** The value of `--pid` on its command line, while that is still to be seen. */
  readonly pidfile: string | undefined;
}

/** A cgroup of the memory controller: its file for the limit, and in which hierarchy. */
export interface MemoryCgroup {
  readonly version: "v1" | "v2";
  readonly path: string;
}

/** Reads identities of processes. */
export interface Identify {
  /** What is known before anything but `stat` has been read. */
  unread(stat: ProcStat): Identity;
  read(stat: ProcStat): Promise<Identity>;
}

/** Reads identities below `proc`. */
export function createIdentify(proc: ProcPaths, files: Files, slow: SlowFiles): Identify {
  return {
    unread: (stat) => ({
      command: commandText([], stat.comm),
      uid: undefined,
      unit: undefined,
      memoryCgroup: undefined,
      netns: undefined,
      pidfile: undefined,
    }),
    async read(stat) {
      const status = files.parsed(proc.of(stat.pid, "status"), parseProcStatus);
      const cgroup = files.text(proc.of(stat.pid, "cgroup"));
      const paths = cgroup.ok ? parseCgroup(cgroup.value) : undefined;
      const netns = files.link(proc.of(stat.pid, "ns/net"));
      const cmdline = await slow.bytes(proc.of(stat.pid, "cmdline"));
      const args = cmdline.ok ? parseCmdline(cmdline.value) : [];
      return {
        command: commandText(args, stat.comm),
        uid: status.ok ? status.value.effectiveUid : undefined,
        // a hierarchy that systemd does not use, or has left already, says "/"
        unit: unitOfCgroup(paths?.systemd ?? "/") ?? unitOfCgroup(paths?.unified ?? "/"),
        memoryCgroup: memoryCgroupOf(paths),
        netns: netns.ok ? netns.value : undefined,
        pidfile: pidfileArgument(args),
      };
    },
  };
}

/** On a hybrid host the memory controller is on v1, unless it is not mounted there at all. */
function memoryCgroupOf(
  paths: { readonly memory: string | undefined; readonly unified: string | undefined } | undefined,
): MemoryCgroup | undefined {
  if (paths?.memory !== undefined) return { version: "v1", path: paths.memory };
  if (paths?.unified !== undefined) return { version: "v2", path: paths.unified };
  return undefined;
}
