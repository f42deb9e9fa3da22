/** Progress for people, on stderr. */
export function say(text) {
  process.stderr.write(`bench: ${text}\n`);
}

/** A figure that has a bound, reached when it is not above it. */
export function bounded(what, figure, unit, atMost) {
  return { what, figure, unit, atMost, reached: figure <= atMost };
}

/** The figures of one group as text: its tables, then the lines that have a bound. */
export function asText({ title, tables, bounds }) {
  const parts = [`${title}\n${"═".repeat(title.length)}`, ...tables.map(align)];
  if (bounds.length > 0) {
    parts.push(
      align([
        ["", "figure", "bound", ""],
        ...bounds.map(({ what, figure, unit, atMost, reached }) => [
          what,
          `${number(figure)} ${unit}`,
          `${number(atMost)} ${unit}`,
          reached ? "reached" : "missed",
        ]),
      ]),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

/** A number as people want it: three digits that mean something. */
export function number(value) {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

/** Names to the left, everything else to the right. */
function align(rows) {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
