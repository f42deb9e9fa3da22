import type { LsbHeader } from "../model/cutover-facts.ts";

const block = /^### BEGIN INIT INFO[ \t]*\n([^]*?)^### END INIT INFO/m;

/**
 * The LSB comment of an init script, as far as it says what has to run before it
 * (systemd-sysv-generator(8)). Without one nothing is said.
 */
export function parseLsbHeader(script: string): LsbHeader {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of (block.exec(script)?.[1] ?? "").split("\n")) {
    const [, key, value = ""] = /^# ([A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
    const more = /^#(?:\t| {2,})[ \t]*(.*)$/.exec(line)?.[1];
    if (key !== undefined) {
      last = key.toLowerCase();
      fields.set(last, value);
    } else if (more !== undefined) {
      fields.set(last, `${fields.get(last) ?? ""} ${more}`);
    }
  }
  const said = (key: string): string => (fields.get(key) ?? "").trim();
  return {
    description: said("short-description") || undefined,
    starts: `${said("required-start")} ${said("should-start")}`.split(/\s+/).filter(Boolean),
  };
}
