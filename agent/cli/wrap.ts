/** Characters that a terminal needs for a text without colour codes; wide ones are counted as one. */
export function textWidth(text: string): number {
  return Array.from(text).length;
}

/**
 * Breaks a text at blanks into lines of at most `width` characters. A word longer than that,
 * such as a path, gets a line of its own and is never cut: people copy it.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** The text wrapped, the first line after `label`, the others below it, `width` in all. */
export function labelled(label: string, text: string, width: number): string[] {
  const indent = " ".repeat(textWidth(label));
  return wrap(text, width - indent.length).map(
    (line, index) => `${index === 0 ? label : indent}${line}`,
  );
}
