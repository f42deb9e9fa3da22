import { basename, dirname } from "node:path";
import type { RemediationRecord } from "../model/remediation.ts";
import type { ActParts, PinnedFolder } from "./parts.ts";
import { livePathOf } from "./rescue-name.ts";

/** The live name and the second one, both in one open directory. */
export interface Rescue {
  readonly folder: PinnedFolder;
  /** The live file's name in it. */
  readonly live: string;
  /** The second name in it. */
  readonly second: string;
}

/**
 * Opens the directory of a second name anew, as the record of an agent before this one tells it.
 * Undefined: there is none, or what its path names now is not the directory it was made in, so
 * that nothing may be done there.
 */
export function reopenRescue(
  { rescueLink, folder }: RemediationRecord,
  parts: Pick<ActParts, "folder">,
): Rescue | undefined {
  if (rescueLink === null || folder === undefined) return undefined;
  const live = livePathOf(rescueLink);
  if (live === undefined) return undefined;
  const opened = parts.folder(dirname(rescueLink));
  if (opened === undefined) return undefined;
  if (opened.device === folder.device && opened.inode === folder.inode) {
    return { folder: opened, live: basename(live), second: basename(rescueLink) };
  }
  opened.close();
  return undefined;
}

/** One sentence on a second name whose directory is not open. */
export function unpinnedText(rescueLink: string): string {
  return (
    `${rescueLink} was not looked after and may be left: ${dirname(rescueLink)} is not known to ` +
    "be the directory that it was made in"
  );
}
