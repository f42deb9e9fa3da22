import { basename, dirname, join } from "node:path";

const NAME = /^\.(.+)\.onemaster-\d+$/s;

/** The second name of a live socket file, beside it: `.NAME.onemaster-PID` of the group to end. */
export function rescueLinkOf(livePath: string, pid: number): string {
  return join(dirname(livePath), `.${basename(livePath)}.onemaster-${pid}`);
}

/** The live path that a second name stands for; undefined when it is not a name that we make. */
export function livePathOf(rescueLink: string): string | undefined {
  const name = NAME.exec(basename(rescueLink))?.[1];
  return name === undefined ? undefined : join(dirname(rescueLink), name);
}
