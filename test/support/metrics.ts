/** One sample of a metrics page. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metrics page in the Prometheus text format. */
export type MetricsPage = readonly Sample[];

/** Reads a metrics page. Throws on a line that is neither a sample nor a comment. */
export function readMetrics(text: string): MetricsPage {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(readSample);
}

/**
 * The samples of a metric that carry these labels and are not zero, by the value of `label`.
 * Throws when there is no such sample at all: what is absent is not zero.
 */
export function nonZero(
  page: MetricsPage,
  name: string,
  labels: Readonly<Record<string, string>>,
  label: string,
): Readonly<Record<string, number>> {
  const samples = page.filter(
    (one) =>
      one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
  );
  if (samples.length === 0) {
    throw new Error(`no sample ${name} ${JSON.stringify(labels)}`);
  }
  return Object.fromEntries(
    samples
      .filter(({ value }) => value !== 0)
      .map((one) => [one.labels[label] ?? "", one.value] as const),
  );
}

function readSample(line: string): Sample {
  const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \S+)?$/.exec(line);
  if (found?.[1] === undefined || found[3] === undefined) {
    throw new Error(`not a sample: ${JSON.stringify(line)}`);
  }
  const labels = [...(found[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    (pair) => [pair[1] ?? "", unescapeLabel(pair[2] ?? "")] as const,
  );
  return { name: found[1], labels: Object.fromEntries(labels), value: Number(found[3]) };
}

function unescapeLabel(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}
