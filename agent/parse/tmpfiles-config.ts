/** A folder as systemd-tmpfiles(8) makes it where it is missing. */
export interface MadeFolder {
  /** Permission bits. */
  readonly mode: number;
  /** A name or a number, as those of its group. */
  readonly user: string;
  readonly group: string;
}

/** What systemd-tmpfiles(8) does with folders at boot. */
export interface BootFolders {
  /** It makes them where they are missing. */
  readonly made: ReadonlyMap<string, MadeFolder>;
  /** It empties them. */
  readonly emptied: ReadonlySet<string>;
}

const line =
  /^\s*(?<type>[dDvqQ])[!+=~^$-]*\s+"?(?<name>[^\s"]+)"?(?:\s+[:~]*(?<mode>\S+))?(?:\s+:?(?<user>\S+))?(?:\s+:?(?<group>\S+))?/;

/**
 * The folders of tmpfiles.d(5), as `systemd-tmpfiles --cat-config` prints it. Lines that make no
 * folder, and paths that only the host itself could spell out, are passed over.
 */
export function parseTmpfilesConfig(text: string): BootFolders {
  const made = new Map<string, MadeFolder>();
  const emptied = new Set<string>();
  for (const one of text.split("\n")) {
    const { type, name = "", mode, user, group } = line.exec(one)?.groups ?? {};
    const path = name
      .replace(/^%t(?=\/)/, "/run")
      .replaceAll("%%", "%")
      .replace(/^\/var\/run(?=\/)/, "/run")
      .replace(/(?<=.)\/+$/, "");
    // of several lines for one path it goes by the first
    if (!path.startsWith("/") || made.has(path)) continue;
    const bits = Number.parseInt(said(mode) ?? "755", 8);
    made.set(path, { mode: bits, user: said(user) ?? "root", group: said(group) ?? "root" });
    if (type === "D") emptied.add(path);
  }
  return { made, emptied };
}

function said(field: string | undefined): string | undefined {
  return field === "-" ? undefined : field;
}
