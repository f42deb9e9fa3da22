import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createUnitLook } from "../../../agent/probe/unit-look.ts";
import { report, socket } from "../cli/reports.ts";
import { fixtureText } from "../parse/fixture.ts";
import { fakeProc, temporaryFolder } from "./fake-proc.ts";

export const name = "platform.service";
/** What `systemctl show` prints of the unit made from an init script, and of the native one. */
export const sysv = fixtureText("systemctl-show/bookworm-sysv.txt").split("\n\n")[0] ?? "";
export const native = fixtureText("systemctl-show/bookworm-native.txt").split("\n\n")[0] ?? "";

/** A host in a folder: its systemctl prints `shown`, or runs a script instead. */
export function unitHost(shown: string, script?: string) {
  const proc = fakeProc();
  const folder = temporaryFolder();
  const at = (path: string): string => join(folder, path);
  function write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    chmodSync(at(path), mode);
  }
  write("shown", shown);
  write(
    "systemctl",
    `#!/bin/sh\n${script ?? `echo "$@" >${at("asked")}; cat ${at("shown")}`}\n`,
    0o755,
  );
  const log = createFailureLog();
  const look = createUnitLook({
    procRoot: proc.root,
    etcRoot: at("etc"),
    cgroupRoot: at("cgroup"),
    systemctl: { program: at("systemctl"), patienceMs: 1_000 },
    wallMs: () => 1_700_000_000_000,
    kernelMonotonicMs: () => 99_000_000,
    log,
  });
  const onUnit = async (text = shown) => {
    write("shown", text);
    const { units } = await look(report([socket({ pidfile: null, groups: [] })]), []);
    return units[0];
  };
  return { proc, at, write, look, log, onUnit };
}
