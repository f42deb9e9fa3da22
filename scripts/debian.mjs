import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, seconds } from "./process.mjs";

const command = (name) => () => commandThere(name);
const pythonModule = (name) => () => pythonModuleThere(name);

/** Debian packages and how to see that what we use of them is there, on any distribution. */
const proofs = {
  gunicorn: command("gunicorn"),
  "python3-setproctitle": pythonModule("setproctitle"),
  "python3-gevent": pythonModule("gevent"),
  "python3-tornado": pythonModule("tornado"),
  "python3-eventlet": pythonModule("eventlet"),
  iproute2: command("ss"),
  perl: command("perl"),
  prometheus: command("promtool"),
  "prometheus-alertmanager": command("amtool"),
  openssl: command("openssl"),
  curl: command("curl"),
  "prometheus-node-exporter": command("prometheus-node-exporter"),
  "prometheus-process-exporter": command("prometheus-process-exporter"),
  lsof: command("lsof"),
  fish: command("fish"),
  zsh: command("zsh"),
  "groff-base": command("groff"),
  binutils: command("strip"),
  lintian: command("lintian"),
  "util-linux": command("setpriv"),
  debootstrap: command("debootstrap"),
  "systemd-container": command("systemd-nspawn"),
  "qemu-system-x86": command("qemu-system-x86_64"),
  e2fsprogs: command("mkfs.ext4"),
};

function commandThere(name) {
  // some live in sbin, which the PATH of people often leaves out
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function pythonModuleThere(name) {
  const look = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`;
  try {
    // the interpreter that Debian's gunicorn runs with, whatever PATH says
    execFileSync("/usr/bin/python3", ["-c", look], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Those of the packages whose commands or modules are not there. */
export function missingOf(packages) {
  return packages.filter((name) => !proofs[name]());
}

/** True when every package has a version that apt could install now. */
function aptKnows(packages) {
  const text = execFileSync("apt-cache", ["policy", ...packages], { encoding: "utf8" });
  const candidates = text.match(/^ {2}Candidate: (?!\(none\)).+$/gm) ?? [];
  return candidates.length === packages.length;
}

/**
 * Installs packages without starting their services, with apt's output shown. Promises
 * undefined when all is there afterwards, else the reason why not. Leaves nothing of its own.
 */
export async function install(packages) {
  if (process.getuid() !== 0) return "not root, so they cannot be installed";
  if (!commandThere("apt-get")) return "no apt-get on this machine to install them with";
  process.stderr.write(`Installing Debian packages: ${packages.join(" ")}\n`);
  const startedMs = performance.now();
  return await withoutServices(async (env) => {
    if (!aptKnows(packages)) await run("apt-get", ["update"], { env });
    let result = await installOnce(packages, env);
    if (result.code !== 0) {
      // most often the lists are older than the mirror, which then answers 404
      await run("apt-get", ["update"], { env });
      result = await installOnce(packages, env);
    }
    if (result.code !== 0) return `apt-get install failed for ${packages.join(" ")}`;
    const still = missingOf(packages);
    if (still.length > 0) return `installed, but not to be found: ${still.join(" ")}`;
    process.stderr.write(`Installed in ${seconds(performance.now() - startedMs)}.\n`);
    return undefined;
  });
}

function installOnce(packages, env) {
  const options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
  return run("apt-get", ["install", ...options, ...packages], { env });
}

/**
 * Package scripts ask /usr/sbin/policy-rc.d before they start a service. Ours says no to those
 * that carry our variable and yes to everybody else, so it does no harm even if we are killed
 * before it is removed. A policy that is there already is the host's own and stays.
 */
async function withoutServices(work) {
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) {
    const text = '#!/bin/sh\n[ -z "$ONEMASTER_NO_SERVICES" ] || exit 101\nexit 0\n';
    writeFileSync(policy, text, { mode: 0o755 });
  }
  try {
    return await work({ DEBIAN_FRONTEND: "noninteractive", ONEMASTER_NO_SERVICES: "1" });
  } finally {
    if (ours) rmSync(policy);
  }
}
