import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { Controlled } from "../model/drill.ts";

/** What systemd can be told to do with a unit. */
export type UnitVerb = "restart" | "stop" | "start" | "reset-failed";

/** So much of what systemctl says is kept. */
const MOST_SAID_CHARACTERS = 2_000;

/**
 * Tells systemd to do something with one unit and waits until it is done, or for `patienceMs`;
 * systemd then goes on with it by itself. A stop is that of the unit alone, since no start of it
 * would start again whoever requires it, and so is a restart: one of them that does not come back
 * would be down. The name has to be well formed. In a session of its own, so that a Ctrl-C that is
 * meant for the caller does not end the wait. Never rejects, also where no process can be started.
 */
export function controlUnit(verb: UnitVerb, unit: string, patienceMs: number): Promise<Controlled> {
  return new Promise((resolve) => {
    const stops = verb === "stop" || verb === "restart";
    const alone = stops ? ["--job-mode=ignore-dependencies"] : [];
    const broken = (error: unknown): void =>
      resolve({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
    let child: ChildProcessByStdio<null, null, Readable>;
    try {
      child = spawn("systemctl", ["--no-ask-password", verb, ...alone, "--", unit], {
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env["PATH"], LC_ALL: "C", SYSTEMD_COLORS: "0", SYSTEMD_URLIFY: "0" },
      });
    } catch (error) {
      return broken(error);
    }
    child.once("error", broken);
    // not started, as "error" tells; without a descriptor left it has no pipe either
    if (child.pid === undefined) return;
    const timer = setTimeout(() => void child.kill("SIGKILL"), patienceMs);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      said = (said + piece).slice(0, MOST_SAID_CHARACTERS);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve({ kind: "done" });
      const late = `it was not done within ${Math.round(patienceMs / 1_000)} s`;
      const [line = ""] = said.trim().split("\n");
      const why = line === "" ? `systemctl ended with ${code ?? signal}` : line;
      resolve({ kind: "failed", why: signal === null ? why : late });
    });
  });
}
