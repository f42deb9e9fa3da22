import type { HostTool } from "./host-tool.ts";

const PATIENCE_MS = 10_000;
const MOST_LINES = 3;

/**
 * What the gate advises before a start by hand may end the very master that serves while a cutover
 * goes on: that is not passed on.
 */
function isCure(line: string): boolean {
  return line.startsWith("onemaster gate: to clear it:");
}

/**
 * What the processes of a unit, and not systemd itself, have written to the journal last; empty:
 * nothing, or it could not be read.
 */
export async function lastSaid(unit: string, tool: HostTool): Promise<string> {
  // what was written a moment ago may not be in its file yet
  await tool("journalctl", ["--sync"], PATIENCE_MS);
  const how = ["--quiet", "--no-pager", "--output=cat", `--lines=${MOST_LINES}`, "--boot"];
  const read = await tool("journalctl", [...how, `_SYSTEMD_UNIT=${unit}`], PATIENCE_MS);
  if (!read.ok) return "";
  const lines = read.stdout.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !isCure(line)) ?? "";
}
