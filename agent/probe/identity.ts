import {
  type CgroupPaths,
  parseCgroup,
  systemUnitOfCgroup,
  unitOfCgroup,
} from "../parse/cgroup.ts";
import { commandText, parseCmdline, pidfileArgument } from "../parse/cmdline.ts";
import { parseProcStatus } from "../parse/proc-status.ts";
import type { ProcStat } from "../parse/proc-stat.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { SlowFiles } from "./slow-files.ts";

/** What changes seldom in the life of a process: read when it comes and when its name changes. */
export interface Identity extends Whereabouts {
  readonly command: string;
  readonly uid: number | undefined;
  /** `net:[…]`; undefined where the link must not be read. */
  readonly netns: string | undefined;
  /** The value of `--pid` on its command line, while that is still to be seen. */
  readonly pidfile: string | undefined;
}

/** Where a process is kept: root may move it from one cgroup to another at any time. */
export interface Whereabouts {
  /** As in `ProcessFacts`. */
  readonly unit: string | undefined;
  /** As in `ProcessFacts`. */
  readonly systemUnit: string | undefined;
  /** Where the memory controller keeps its cgroup, below the controller's mount. */
  readonly memoryCgroup: MemoryCgroup | undefined;
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
  /** The identity with where the process is now; as it was for one that has just left. */
  again(stat: ProcStat, known: Identity): Identity;
}

const nowhere: Whereabouts = { unit: undefined, systemUnit: undefined, memoryCgroup: undefined };

/** Reads identities below `proc`. */
export function createIdentify(proc: ProcPaths, files: Files, slow: SlowFiles): Identify {
  return {
    unread: (stat) => ({
      ...nowhere,
      command: commandText([], stat.comm),
      uid: undefined,
      netns: undefined,
      pidfile: undefined,
    }),
    async read(stat) {
      const status = files.parsed(proc.of(stat.pid, "status"), parseProcStatus);
      const cgroup = files.text(proc.of(stat.pid, "cgroup"));
      const netns = files.link(proc.of(stat.pid, "ns/net"));
      const cmdline = await slow.bytes(proc.of(stat.pid, "cmdline"));
      const args = cmdline.ok ? parseCmdline(cmdline.value) : [];
      return {
        ...(cgroup.ok ? whereaboutsIn(cgroup.value) : nowhere),
        command: commandText(args, stat.comm),
        uid: status.ok ? status.value.effectiveUid : undefined,
        netns: netns.ok ? netns.value : undefined,
        pidfile: pidfileArgument(args),
      };
    },
    again({ pid }, known) {
      const cgroup = files.text(proc.of(pid, "cgroup"));
      if (cgroup.ok) return { ...known, ...whereaboutsIn(cgroup.value) };
      return cgroup.failure.kind === "gone" ? known : { ...known, ...nowhere };
    },
  };
}

function whereaboutsIn(cgroup: string): Whereabouts {
  const paths = parseCgroup(cgroup);
  // a hierarchy that systemd does not use, or has left already, says "/"
  const [systemd, unified] = [paths.systemd ?? "/", paths.unified ?? "/"];
  return {
    unit: unitOfCgroup(systemd) ?? unitOfCgroup(unified),
    systemUnit: systemUnitOfCgroup(systemd) ?? systemUnitOfCgroup(unified),
    memoryCgroup: memoryCgroupOf(paths),
  };
}

/** On a hybrid host the memory controller is on v1, unless it is not mounted there at all. */
function memoryCgroupOf({ memory, unified }: CgroupPaths): MemoryCgroup | undefined {
  if (memory !== undefined) return { version: "v1", path: memory };
  if (unified !== undefined) return { version: "v2", path: unified };
  return undefined;
}
