import type { UnitLimit } from "../model/snapshot.ts";
import { parseMemoryLimit } from "../parse/cgroup-limit.ts";
import type { Files } from "./files.ts";
import type { Identity, MemoryCgroup } from "./identity.ts";

/** Reads the memory limits of units. */
export interface UnitLimits {
  /** The least of a unit's own limit and those of its slices; undefined: none was read. */
  of(identities: readonly Identity[]): readonly UnitLimit[];
}

/** A limit is changed by hand or by daemon-reload: not often. */
const OLDEST_MS = 60_000;

/** Reads limits below `cgroupRoot`, each at most once a minute. */
export function createUnitLimits(
  cgroupRoot: string,
  files: Files,
  monotonicMs: () => number,
): UnitLimits {
  const known = new Map<string, { readonly limit: UnitLimit; readonly readAtMs: number }>();

  function read(unit: string, memoryCgroup: MemoryCgroup | undefined): UnitLimit {
    const cgroups = memoryCgroup === undefined ? [] : withAncestors(memoryCgroup);
    const limits = cgroups.flatMap((cgroup) => {
      const limit = files.parsed(limitFile(cgroupRoot, cgroup), parseMemoryLimit);
      return limit.ok && limit.value.kind === "bytes" ? limit.value.bytes : [];
    });
    return { unit, memoryMaxBytes: limits.length === 0 ? undefined : Math.min(...limits) };
  }

  return {
    of(identities) {
      const limits = new Map<string, UnitLimit>();
      for (const { unit, memoryCgroup } of identities) {
        if (unit === undefined || limits.has(unit)) continue;
        let entry = known.get(unit);
        if (entry === undefined || monotonicMs() - entry.readAtMs >= OLDEST_MS) {
          entry = { limit: read(unit, memoryCgroup), readAtMs: monotonicMs() };
          known.set(unit, entry);
        }
        limits.set(unit, entry.limit);
      }
      return [...limits.values()];
    },
  };
}

/** A cgroup and those above it, which limit it too; not the root, whose limit cannot be set. */
function withAncestors({ version, path }: MemoryCgroup): readonly MemoryCgroup[] {
  const names = path.split("/").slice(1);
  return names.map((_, above) => ({
    version,
    path: `/${names.slice(0, names.length - above).join("/")}`,
  }));
}

function limitFile(root: string, { version, path }: MemoryCgroup): string {
  switch (version) {
    case "v1":
      return `${root}/memory${path}/memory.limit_in_bytes`;
    case "v2":
      return `${root}${path}/memory.max`;
  }
}
