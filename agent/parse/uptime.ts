/** Seconds since boot, the first number of /proc/uptime; undefined when there is none. */
export function parseUptime(text: string): number | undefined {
  const seconds = /^(\d{1,12}(?:\.\d{1,9})?)(?:\s|$)/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
