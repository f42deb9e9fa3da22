import type { HostTool } from "./host-tool.ts";

const PATIENCE_MS = 30_000;

/**
 * Whether a user sees a process in /proc: one mounted with hidepid= hides those of others. Tried as
 * that user, in a unit of its own. Undefined: it does; else why it does not, or could not be tried.
 */
export async function whyUnseen(
  pid: number,
  user: string,
  tool: HostTool,
): Promise<string | undefined> {
  const unit = ["--quiet", "--no-ask-password", "--collect", "--wait", "--pipe"];
  const words = [...unit, `--property=User=${user}`, "--", "test", "-r", `/proc/${pid}/status`];
  const ran = await tool("systemd-run", words, PATIENCE_MS);
  if (ran.ok) return undefined;
  return ran.said.length === 0 ? `${user} does not see process ${pid} in /proc` : ran.why;
}
