/** Content type of the classic text format. */
export const classicContentType = "text/plain; version=0.0.4; charset=utf-8";

/** Content type of OpenMetrics 1.0. */
export const openMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/**
 * The same page in OpenMetrics 1.0, from a page in the classic format without timestamps:
 * a counter's family is named without `_total`, there are no empty lines, and `# EOF` ends it.
 * Done on the text because prom-client's own OpenMetrics mode renames the counters for good:
 * every classic page after the first OpenMetrics one would lack `_total`.
 */
export function toOpenMetrics(classic: string): string {
  const renamed = classic.replace(
    /^# HELP (\S+)_total (.*)\n# TYPE \1_total counter$/gm,
    "# HELP $1 $2\n# TYPE $1 counter",
  );
  return `${renamed.replaceAll("\n\n", "\n")}# EOF\n`;
}
