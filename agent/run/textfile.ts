import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { auditUnits } from "../detect/audit.ts";
import { harmlessSpots } from "../model/blind.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import { textfilePage } from "../expose/textfile.ts";
import { createUnitLook, hostUnits, unitsIn } from "../probe/unit-look.ts";
import { systemClock } from "./clock.ts";

/** The page of a look for node_exporter, with the audit of the units that were seen in it. */
export async function textfileOf(
  report: Report,
  settings: Settings,
  version: string,
): Promise<string> {
  const look = createUnitLook(hostUnits(systemClock.wallMs));
  const audit =
    // a child process that tells nothing where there is no unit
    unitsIn(report).length === 0
      ? undefined
      : auditUnits(report, await look(report, []), settings.sockets, undefined);
  const blind = audit?.blind ?? report.blind;
  return await textfilePage({
    report: { ...report, blind },
    audit,
    complete: blind.every(({ what }) => harmlessSpots.has(what)),
    version,
    node: process.version,
  });
}

/**
 * Writes a file for node_exporter so that it finds the old one or the new one, never a part. Mode
 * 0644 whatever the umask is. The unfinished one has another ending, which node_exporter passes
 * over, and a name that nobody could have put a link at. Gives why it could not be written, in
 * words; the old one is then still there.
 */
export async function writeTextfile(path: string, text: string): Promise<string | undefined> {
  const { randomBytes } = await import("node:crypto");
  const random = randomBytes(6).toString("hex");
  const unfinished = join(dirname(path), `.${basename(path)}.${random}`);
  try {
    // fails where something is in its place
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.chmod(0o644);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return undefined;
  } catch (error) {
    await rm(unfinished, { force: true });
    return whyNot(error);
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "its folder is not there; create it, or name the one that node_exporter reads";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `this process may not write in its folder (${code})`;
    default:
      return code;
  }
}
