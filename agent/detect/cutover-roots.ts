import type { CutoverChecks, CutoverLook } from "../model/cutover-facts.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";

const mostTold = 5;
const waysOut =
  "make it root's alone (chown -R root:root, chmod -R go-w), with what the application writes in folders elsewhere, or leave --keep-root out";

/** Why gunicorn must not stay root: somebody else would decide what root runs or gives away. */
export function whyNotRoots(
  { master }: CutoverLook,
  { openToOthers, untrusted }: CutoverChecks,
): string | undefined {
  if (master !== undefined && !master.isRoots) {
    return `--keep-root: master ${master.pid} does not run as root today`;
  }
  const left = openToOthers.length - mostTold;
  const paths = openToOthers.slice(0, mostTold).join(", ") + (left > 0 ? ` and ${left} more` : "");
  const open = paths === "" ? [] : [`others than root can change ${paths}`];
  const all = [...open, ...untrusted];
  if (all.length === 0) return undefined;
  return `--keep-root: ${all.join("; ")}; by that root's gunicorn runs code or gives files away: ${waysOut}`;
}

/**
 * Why the file of --environment-file must not be named by a unit: systemd reads it as root, so who
 * can put a link in its place gets the variables of any file of root's into the service.
 */
export function whyNoEnvironmentFile(
  { namedFileIsOpen }: CutoverLook,
  { environmentFile }: CutoverFlags,
): string | undefined {
  if (!namedFileIsOpen) return undefined;
  return `others than root can change ${environmentFile}, which systemd would read as root: write --environment-file with a copy that is root's, such as by install -m 600 ${environmentFile} /etc/default/NAME`;
}
