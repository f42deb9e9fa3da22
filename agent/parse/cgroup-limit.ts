/** A memory limit of a cgroup. */
export type MemoryLimit =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "unlimited" };

/**
 * Reads memory.max (v2, `max` when there is no limit) or memory.limit_in_bytes (v1, where no
 * limit is the largest multiple of the page size: 9223372036854771712). What a double cannot
 * hold, 8 PiB and more, is no limit on any host. Undefined when it is neither.
 */
export function parseMemoryLimit(text: string): MemoryLimit | undefined {
  const limit = text.trim();
  if (limit === "max") return { kind: "unlimited" };
  if (!/^\d+$/.test(limit)) return undefined;
  const bytes = Number(limit);
  return Number.isSafeInteger(bytes) ? { kind: "bytes", bytes } : { kind: "unlimited" };
}
