import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Read, ReadFailure } from "../model/read.ts";
import type { UnitProperties } from "../model/unit.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { parseSystemctlShow, shownProperties } from "../parse/systemctl-show.ts";
import { type FailureLog, failureOf, success } from "./failures.ts";

/** How to ask systemd. */
export interface SystemctlOptions {
  /** Ordinarily `systemctl`. */
  readonly program: string;
  /** It is killed after this time. */
  readonly patienceMs: number;
}

/** The agent's own way to ask: a systemd that does not answer in 5 seconds does not answer. */
export const systemctl: SystemctlOptions = { program: "systemctl", patienceMs: 5_000 };

/** A systemd that executes itself again is deaf for a moment, and hangs up on who was asking. */
const REEXEC_MS = [300, 700, 2_000];
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * The properties of units by their names, all through one `systemctl show`, which any user may
 * run. The names must be well formed: systemctl would ask for another unit otherwise. Without
 * systemctl, a bus or systemd, and when it does not answer in time, the read fails.
 */
export async function showUnits(
  names: readonly string[],
  { program, patienceMs }: SystemctlOptions,
  log: FailureLog,
): Promise<Read<ReadonlyMap<string, UnitProperties>>> {
  if (names.length === 0) return success(new Map());
  const what = `systemctl show ${names.join(" ")}`;
  const args = ["show", "--no-pager", `--property=${shownProperties.join(",")}`, "--", ...names];
  const answer = await askPatiently(() => runSystemctl(program, args, patienceMs));
  if (!answer.ok) return { ok: false, failure: log.count({ ...answer.failure, what }) };
  const blocks = parseSystemctlShow(answer.value);
  const byName = new Map<string, UnitProperties>();
  for (const [index, name] of names.entries()) {
    const block = blocks[index];
    if (block?.names.includes(name) === true) byName.set(name, block);
  }
  if (blocks.length === names.length && byName.size === names.length) return success(byName);
  const why = `systemctl was asked for ${names.length} units and answered with other ones`;
  return { ok: false, failure: log.count({ kind: "malformed", what, why }) };
}

/** Asks again, up to three times, what failed for want of somebody to talk to. */
async function askPatiently(ask: () => Promise<Read<string>>): Promise<Read<string>> {
  let answer = await ask();
  for (const ms of REEXEC_MS) {
    if (answer.ok || !/ bus\b|onnect/.test(answer.failure.why)) return answer;
    await sleep(ms);
    answer = await ask();
  }
  return answer;
}

/** One run of systemctl: its stdout, one character a byte, when it exits 0. Never rejects. */
export function runSystemctl(
  program: string,
  args: readonly string[],
  patienceMs: number,
): Promise<Read<string>> {
  return new Promise((resolve) => {
    const options = {
      timeout: patienceMs,
      killSignal: "SIGKILL",
      maxBuffer: LARGEST_ANSWER_BYTES,
      // as the other texts of the host, one character a byte
      encoding: "latin1",
      env: { PATH: process.env["PATH"], LC_ALL: "C", SYSTEMD_COLORS: "0", SYSTEMD_URLIFY: "0" },
    } as const;
    try {
      execFile(program, args, options, (error, output, errors) => {
        resolve(error === null ? success(output) : { ok: false, failure: whyNot(error, errors) });
      });
    } catch (error) {
      // thrown where there is no memory for another process
      const thrown = error instanceof Error ? error : new Error(String(error));
      resolve({ ok: false, failure: whyNot(thrown, "") });
    }
  });
}

function whyNot(error: Error, errors: string): ReadFailure {
  const failure = failureOf("systemctl", error);
  if (failure.why === "ENOENT") return { ...failure, kind: "failed", why: "it is not installed" };
  if ("killed" in error && error.killed === true) {
    return { ...failure, why: "it did not answer in time" };
  }
  const [said = ""] = errors.split("\n");
  return { ...failure, why: said === "" ? `it failed: ${failure.why}` : escapeUnprintable(said) };
}
