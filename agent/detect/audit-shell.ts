/** A word for a POSIX shell, quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Words of a command line for a POSIX shell. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A word of a command line in a unit, quoted and escaped as systemd.service(5) asks for. */
export function unitWord(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[\w@%+=:,./$-]+$/.test(word)) return escaped;
  return `"${escaped.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`)}"`;
}

/** A shell command that writes a file with these lines, which it takes as they are. */
export function writeFile(path: string, lines: readonly string[]): readonly string[] {
  return [`cat >${shellWord(path)} <<'EOF'`, ...lines, "EOF"];
}
