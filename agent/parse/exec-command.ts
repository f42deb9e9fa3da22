import type { ExecCommand } from "../model/unit.ts";

// Greedy: an argument may hold " ; ignore_errors=" itself, what systemd adds stands last.
const command =
  /^\{ path=([^]*?) ; argv\[\]=([^]*) ; (?:ignore_errors|flags)=[^;]* ; start_time=[^]*\}$/;

/**
 * Reads a value of ExecStart and the like: `{ path=… ; argv[]=… ; ignore_errors=no ;
 * start_time=[…] ; … }` (exec_command_dump and print_property in systemd 252 to 257).
 * Undefined for anything else.
 */
export function parseExecCommand(value: string): ExecCommand | undefined {
  const [, path, args] = command.exec(value) ?? [];
  if (path === undefined || args === undefined || path === "") return undefined;
  return { path, args };
}
