/**
 * True when an Accept header asks for OpenMetrics at least as much as for plain text.
 * Wildcards do not ask for it: a browser or a bare curl gets the classic format.
 */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  let openMetrics = 0;
  let plainText = 0;
  for (const entry of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (type === "application/openmetrics-text") openMetrics = Math.max(openMetrics, weight);
    if (type === "text/plain") plainText = Math.max(plainText, weight);
  }
  return openMetrics > 0 && openMetrics >= plainText;
}

/** The `q` parameter (RFC 9110, 12.4.2): 1 where there is none, 0 where it is no number. */
function weightOf(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => parameter.startsWith("q="));
  if (written === undefined) return 1;
  const weight = Number(written.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
