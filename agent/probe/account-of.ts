import type { Account } from "../model/cutover-facts.ts";
import { parseAccountEntry } from "../parse/account-entry.ts";
import type { FailureLog } from "./failures.ts";
import { runTool } from "./run-tool.ts";

const PATIENCE_MS = 5_000;

/** The user or group that getent(1) finds by a name or an id; undefined: it finds none. */
export async function accountOf(
  database: "passwd" | "group",
  name: string | undefined,
  log: FailureLog,
): Promise<Account | undefined> {
  if (name === undefined) return undefined;
  const entry = await runTool(["getent", database, name], { patienceMs: PATIENCE_MS, log });
  return entry.ok ? parseAccountEntry(entry.value) : undefined;
}
