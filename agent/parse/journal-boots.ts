/** One boot of the host, as far as the journal knows it. Times in milliseconds since 1970. */
export interface Boot {
  readonly bootId: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The output of `journalctl --list-boots --output=json`; undefined when it is something else. */
export function parseBoots(text: string): readonly Boot[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const boots = parsed.map(readBoot);
  return boots.every((boot) => boot !== undefined) ? boots : undefined;
}

function readBoot(value: unknown): Boot | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const bootId = fields.get("boot_id");
  const first = fields.get("first_entry");
  const last = fields.get("last_entry");
  if (typeof bootId !== "string") return undefined;
  if (typeof first !== "number" || typeof last !== "number") return undefined;
  return { bootId, firstMs: Math.floor(first / 1_000), lastMs: Math.floor(last / 1_000) };
}
