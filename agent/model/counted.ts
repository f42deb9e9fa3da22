/** How many of something there are, in words: `1 worker`, `4 workers`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
