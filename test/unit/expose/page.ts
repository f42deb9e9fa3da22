import { createMetrics, type Metrics } from "../../../agent/expose/metrics.ts";

/** Metrics of a made-up version. */
export function newMetrics(): Metrics {
  return createMetrics({ version: "1.2.3", node: "v20.19.0" });
}

/** The classic page as text. */
export async function classicPage(metrics: Metrics): Promise<string> {
  return (await metrics.page(false)).body;
}

/** The lines of samples whose name starts with `onemaster_` and that contain all of `parts`. */
export async function samples(
  metrics: Metrics,
  ...parts: readonly string[]
): Promise<readonly string[]> {
  return linesOf(await classicPage(metrics)).filter(
    (line) => line.startsWith("onemaster_") && parts.every((part) => line.includes(part)),
  );
}

/** All lines that are samples. */
export function linesOf(page: string): readonly string[] {
  return page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * The page with what differs from run to run replaced by `#`: figures of this process,
 * the version of Node, and the garbage collections that happened to run.
 */
export function withoutFigures(page: string): string {
  return page
    .split("\n")
    .filter((line) => !line.startsWith("nodejs_gc_duration_seconds"))
    .map((line) =>
      line
        .replace(/^((?:process|nodejs)_\w+) \S+$/, "$1 #")
        .replace(/^nodejs_version_info\{.*$/, "nodejs_version_info{#} 1"),
    )
    .join("\n");
}
