import { spawnSync } from "node:child_process";
import { fail } from "./fail.mjs";

/** Runs a tool of the machine and gives its stdout; anything but success ends the build. */
export function tool(command, args, { debianPackage, env = {}, cwd } = {}) {
  const ran = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", ...env },
  });
  if (ran.error?.code === "ENOENT" && debianPackage !== undefined) {
    return fail(`${command} is missing: install the Debian package ${debianPackage}`);
  }
  if (ran.error !== undefined) return fail(`${command}: ${ran.error.message}`);
  if (ran.status !== 0) {
    return fail(`${command} ended with ${ran.status ?? ran.signal}: ${ran.stderr.trim()}`);
  }
  return ran.stdout;
}
