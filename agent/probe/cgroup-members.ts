import { parseCgroup, unitOfCgroup } from "../parse/cgroup.ts";
import { pathText } from "../parse/path-text.ts";
import { wholeNumber } from "../parse/whole-number.ts";
import type { Files } from "./files.ts";

/**
 * All pids in a cgroup and in those below it, by its path as systemd names it; of cgroup v2, or of
 * the hierarchy where systemd keeps units. Empty: it is gone, or nobody is in it. Undefined: it
 * could not be read whole.
 */
export function cgroupMembers(
  controlGroup: string,
  cgroupRoot: string,
  files: Files,
): readonly number[] | undefined {
  for (const hierarchy of ["", "/systemd", "/unified"]) {
    const folder = `${cgroupRoot}${hierarchy}${controlGroup}`;
    const found = files.stat(folder);
    if (found.ok) return membersBelow(folder, files);
    if (found.failure.kind !== "gone") return undefined;
  }
  return [];
}

function membersBelow(folder: string, files: Files): readonly number[] | undefined {
  const procs = files.text(`${folder}/cgroup.procs`);
  if (!procs.ok) return procs.failure.kind === "gone" ? [] : undefined;
  const pids = procs.value.split("\n").flatMap((line) => wholeNumber(line) ?? []);
  const names = files.names(folder);
  if (!names.ok) return names.failure.kind === "gone" ? pids : undefined;
  for (const name of names.value) {
    const path = `${folder}/${pathText(name)}`;
    const found = files.stat(path);
    if (!found.ok || !found.value.isDirectory()) continue;
    const below = membersBelow(path, files);
    if (below === undefined) return undefined;
    pids.push(...below);
  }
  return pids;
}

/** The innermost unit that a process is in; undefined: in none, it is gone, or it cannot be told. */
export function unitOfProcess(pid: number, procRoot: string, files: Files): string | undefined {
  const read = files.text(`${procRoot}/${pid}/cgroup`);
  if (!read.ok) return undefined;
  const { systemd, unified } = parseCgroup(read.value);
  return unitOfCgroup(systemd ?? "/") ?? unitOfCgroup(unified ?? "/");
}
