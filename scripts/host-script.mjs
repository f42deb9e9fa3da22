import { parseArgs } from "node:util";
import { build, built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { setup } from "./setup.mjs";

/**
 * What a script's command line asks for, by what `parseArgs` of node:util takes and what `made`
 * makes of its values. Ends the program for --help (0) and for what `made` throws at, or what is
 * not known (64).
 */
export function readOptions(name, help, { args = process.argv.slice(2), options }, made) {
  try {
    const { values } = parseArgs({
      args,
      options: { ...options, help: { type: "boolean", default: false } },
    });
    if (!values.help) return made(values);
    process.stdout.write(help);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n\n${help}`);
    process.exit(64);
  }
}

/** The number that an option has. Throws when it is none, or not from `least` to `most`. */
export function whole(option, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${option}: "${text}" is no whole number from ${least} to ${most}`);
}

/**
 * Gets all that hosts with systemd need: npm's packages, a build, these packages of Debian. Ends
 * the program with 1 and a reason where it cannot have them.
 */
export async function readyForHosts(name, packages) {
  const fail = (message) => {
    process.stderr.write(`${name}: ${message}\n`);
    process.exit(1);
  };
  if (process.getuid() !== 0) fail("needs root: it starts containers with systemd as pid 1");
  await setup();
  if (!built() && !(await build())) process.exit(1);
  const missing = missingOf(packages);
  const why = missing.length === 0 ? undefined : await install(missing);
  if (why !== undefined) fail(`needs ${missing.join(" ")}: ${why}`);
}
