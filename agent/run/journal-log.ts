/** Levels of pino, and what sd-daemon(3) calls them; each holds from its number on. */
const priorities = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
] as const;

/** Facts that say why, where the message itself does not. */
const reasons = ["reason", "failure", "why"] as const;

/**
 * A line of the log, one JSON object, as the journal shows it to people: `<N>` with the priority of
 * syslog, which journald takes off, and the message. What the message leaves open stands around it:
 * the socket before, the reason or error after. One line, whatever is in it.
 */
export function journalLine(json: string): string {
  const line = factsIn(json);
  const message = textOf(line["msg"]) ?? "";
  const socket = textOf(line["socket"]);
  const before = socket === undefined || message.includes(socket) ? [] : [socket];
  const after = [...reasons.map((key) => textOf(line[key])), errorIn(line["err"])].filter(
    (text) => text !== undefined && !message.includes(text),
  );
  const text = [...before, message, ...after].join(": ").replaceAll("\n", "\\n");
  return `<${priorityOf(Number(line["level"]))}>${text}\n`;
}

function factsIn(json: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === "object" ? { ...parsed } : {};
}

function priorityOf(level: number): number {
  return priorities.find(([from]) => level >= from)?.[1] ?? 7;
}

function errorIn(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "message" in error
    ? textOf(error.message)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
