import type { OpenFiles } from "../model/cutover-facts.ts";
import { wholeNumber } from "./whole-number.ts";

/** How many files a process may have open, as proc_pid_limits(5) tells; undefined: not told. */
export function parseOpenFiles(limits: string): OpenFiles | undefined {
  const [, soft, hard] = /^Max open files +(\d+) +(\d+) /m.exec(limits) ?? [];
  return pairOf(soft, hard);
}

/** The same of services that say nothing of it, as `systemctl show` tells; undefined: not told. */
export function parseDefaultOpenFiles(shown: string): OpenFiles | undefined {
  const [, soft] = /^DefaultLimitNOFILESoft=(\d+)$/m.exec(shown) ?? [];
  const [, hard] = /^DefaultLimitNOFILE=(\d+)$/m.exec(shown) ?? [];
  return pairOf(soft, hard);
}

function pairOf(softText: string | undefined, hardText: string | undefined): OpenFiles | undefined {
  const [soft, hard] = [wholeNumber(softText), wholeNumber(hardText)];
  return soft === undefined || hard === undefined ? undefined : { soft, hard };
}
