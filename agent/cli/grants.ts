import type { BlindReport } from "../model/report.ts";

const rights = "run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";

/** What the one who runs the agent can do about one thing that was not seen; undefined: nothing known. */
function grantFor({ what, reason }: BlindReport): string | undefined {
  if (what === "bound-file" && /\bss (?:is )?(?:missing|not (?:installed|found))/.test(reason)) {
    return "install iproute2, whose ss names the file that each listener is bound to";
  }
  if (what === "watch" && reason.includes("ENOSPC")) return "raise fs.inotify.max_user_watches";
  if (what === "watch" && reason.includes("EMFILE")) return "raise fs.inotify.max_user_instances";
  if (/denied|EACCES|EPERM|permi|hidepid|hidden/i.test(reason)) return rights;
  return undefined;
}

/** What to grant or install so that more can be seen next time; each advice once. */
export function grants(blind: readonly BlindReport[]): string[] {
  const advice = blind.map(grantFor).filter((grant) => grant !== undefined);
  return [...new Set(advice)];
}

/** What could not be seen, one text for each kind and reason: `fd-links of 2 processes (denied)`. */
export function blindTexts(blind: readonly BlindReport[]): string[] {
  const groups = new Map<string, BlindReport[]>();
  for (const spot of blind) {
    const key = `${spot.what} ${spot.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), spot]);
  }
  return [...groups.values()].map((spots) => {
    const pids = spots.flatMap(({ pid }) => pid ?? []);
    const [first] = spots;
    const whose =
      pids.length === 0
        ? ""
        : pids.length === 1
          ? ` of pid ${pids[0]}`
          : ` of ${pids.length} processes`;
    return `${first?.what}${whose} (${first?.reason})`;
  });
}

/** What to say when there is no socket to speak of, but not everything could be seen. */
export function nothingSeenText(blind: readonly BlindReport[]): string {
  const hidden = blind.filter(({ what }) => what === "fd-links").length;
  if (hidden === 0) return "no gunicorn was found, but not everything could be seen";
  if (hidden === 1) return "a gunicorn runs here, but its sockets could not be seen";
  return `${hidden} gunicorn processes run here, but their sockets could not be seen`;
}
