/**
 * The nice value in /proc/PID/stat, -20 to 19: field 19 of proc_pid_stat(5). The name before it
 * may hold blanks and parentheses. Undefined: the field is missing.
 */
export function parseNice(stat: string): number | undefined {
  const [, nice] = /^\d+ \([^]*\) [A-Za-z](?: -?\d+){15} (-?\d{1,2}) /.exec(stat) ?? [];
  return nice === undefined ? undefined : Number(nice);
}

/** /proc/PID/oom_score_adj, -1000 to 1000, as proc(5) has it; undefined: it is something else. */
export function parseOomScoreAdjust(text: string): number | undefined {
  const [, adjust] = /^(-?\d{1,4})\n?$/.exec(text) ?? [];
  return adjust === undefined ? undefined : Number(adjust);
}

/**
 * The same of services that say nothing of it, as `systemctl show` tells since systemd 250;
 * undefined: not told.
 */
export function parseDefaultOomScoreAdjust(shown: string): number | undefined {
  const [, adjust] = /^DefaultOOMScoreAdjust=(-?\d{1,4})$/m.exec(shown) ?? [];
  return adjust === undefined ? undefined : Number(adjust);
}
