import type { Read } from "../model/read.ts";
import { failureOf, success } from "./failures.ts";
import { runTool } from "./journal-tool.ts";

/**
 * The instant that a text names as `journalctl --since` takes it (`yesterday`, `-2h`,
 * `2026-11-22 17:50`, `@1795367339`), in milliseconds since 1970, as this host's systemd reads it.
 */
export async function resolveTime(text: string): Promise<Read<number>> {
  const ran = await runTool("systemd-analyze", ["timestamp", "--", text]);
  if (!ran.ok) return ran;
  const seconds = /^ *UNIX seconds: @(-?\d+(?:\.\d+)?)$/m.exec(ran.value)?.[1];
  if (seconds !== undefined) return success(Math.floor(Number(seconds) * 1_000));
  return { ok: false, failure: failureOf(text, new Error("systemd-analyze named no time")) };
}
