/** Edits (insert, delete, replace a character) that turn one word into the other. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const deleted = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, deleted, inserted));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}

/**
 * The one of `known` that was most likely meant by `word`, or undefined when none is near.
 * Near is at most one edit for each three letters, so that `scan` is never offered for `web`.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  // a long word is near to none of ours, and comparing costs its length
  if (word.length > 64) return undefined;
  const plain = word.toLowerCase().replaceAll("-", "_");
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, candidate.replaceAll("-", "_"));
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
