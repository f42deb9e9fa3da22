import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { TestContext } from "vitest";
import { debianPython } from "./python.ts";

/** Something that a lane on real processes cannot do without. */
export type Need =
  | "root"
  | "ss"
  | "gunicorn"
  | "gevent"
  | "eventlet"
  | "tornado"
  | "debootstrap"
  | "nspawn"
  | "lintian"
  | "qemu"
  | "prometheus"
  | "alertmanager";

const knownAnswers = new Map<Need, string | undefined>();

/**
 * Skips the test with the printed reason where this machine lacks one of the needs. With
 * REQUIRE_REAL=1 it throws instead, so that a lane that cannot run is never silent in CI.
 */
export function requireReal(context: TestContext, ...needs: readonly Need[]): void {
  const reason = needs.map(whyMissing).find((answer) => answer !== undefined);
  if (reason === undefined) {
    return;
  }
  if (process.env["REQUIRE_REAL"] === "1") {
    throw new Error(`REQUIRE_REAL=1, but this lane cannot run: ${reason}`);
  }
  process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
  context.skip(reason);
}

function whyMissing(need: Need): string | undefined {
  if (!knownAnswers.has(need)) {
    knownAnswers.set(need, ask(need));
  }
  return knownAnswers.get(need);
}

function ask(need: Need): string | undefined {
  switch (need) {
    case "root":
      return process.getuid?.() === 0 ? undefined : "not root";
    case "ss":
      return answers("ss", ["-V"]) ? undefined : "ss is missing (package iproute2)";
    case "gunicorn":
      return existsSync("/usr/bin/gunicorn") && importable(need)
        ? undefined
        : "gunicorn is missing (package gunicorn)";
    case "gevent":
      return workerClass(need, "ggevent");
    case "eventlet":
      return workerClass(need, "geventlet");
    case "tornado":
      return workerClass(need, "gtornado");
    case "debootstrap":
      return answers("debootstrap", ["--version"])
        ? undefined
        : "debootstrap is missing (package debootstrap)";
    case "nspawn":
      return answers("systemd-nspawn", ["--version"])
        ? undefined
        : "systemd-nspawn is missing (package systemd-container)";
    case "lintian":
      return answers("lintian", ["--version"]) ? undefined : "lintian is missing (its own package)";
    case "qemu":
      if (!answers("qemu-system-x86_64", ["--version"])) {
        return "qemu-system-x86_64 is missing (package qemu-system-x86)";
      }
      return answers("mkfs.ext4", ["-V"]) ? undefined : "mkfs.ext4 is missing (package e2fsprogs)";
    case "prometheus":
      return answers("prometheus", ["--version"])
        ? undefined
        : "prometheus is missing (package prometheus)";
    case "alertmanager":
      return answers("prometheus-alertmanager", ["--version"]) && answers("amtool", ["--version"])
        ? undefined
        : "prometheus-alertmanager or amtool is missing (package prometheus-alertmanager)";
  }
}

function workerClass(module: string, worker: string): string | undefined {
  return importable(`gunicorn.workers.${worker}`)
    ? undefined
    : `no worker class ${module} (package python3-${module})`;
}

function importable(module: string): boolean {
  return answers(debianPython, ["-c", `import ${module}`]);
}

function answers(command: string, parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}
