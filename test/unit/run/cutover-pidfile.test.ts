import { temporaryFolder } from "../../support/temporary-folder.ts";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { defaultSettings, socketAt } from "../../../agent/model/settings-defaults.ts";
import { keptAt } from "../../../agent/run/cutover-script-files.ts";
import { dropOldPidfile } from "../../../agent/run/cutover-pidfile.ts";
import { createCutoverWalk, type CutoverParts } from "../../../agent/run/cutover-walk.ts";
import { requireReal } from "../../support/require-real.ts";
import { cutover } from "../history/cutovers.ts";

interface Case {
  /** The init script, as it was copied; `DIR`: the folder of the pidfile. */
  readonly script?: string;
  readonly mode?: number;
  readonly owner?: number;
  /** The settings name the pidfile. */
  readonly inSettings?: boolean;
  readonly mayGo?: boolean;
}

async function dropped({ script, mode = 0o755, owner = 0, inSettings, mayGo = true }: Case) {
  const folder = temporaryFolder("pidfile");
  const path = join(folder, "gunicorn.pid");
  writeFileSync(path, "68\n");
  const record = cutover();
  const { target } = record;
  const backup = join(folder, "backup");
  const old = { ...target.old, pidfile: { path, pid: 68 } };
  const kept = keptAt(backup, "/etc/init.d/platform");
  if (script !== undefined) {
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, script.replaceAll("DIR", folder));
    chmodSync(kept, mode);
    chownSync(kept, owner, 0);
  }
  const known = { ...socketAt(target.socket.path), ...(inSettings && { pidfile: path }) };
  const parts = {
    settings: { ...defaultSettings, sockets: [known] },
    told: { step: () => undefined, note: () => undefined },
  } as unknown as CutoverParts;
  const walk = createCutoverWalk({ ...record, target: { ...target, backup, old } }, parts);
  const removed = await dropOldPidfile(walk, () => mayGo);
  expect(removed).toBe(existsSync(path) ? undefined : path);
  return { removed: removed !== undefined, told: walk.notes().length };
}

it.for<readonly [string, Case, Awaited<ReturnType<typeof dropped>>]>([
  ["the settings name", { inSettings: true }, { removed: true, told: 0 }],
  ["the init script names whole", { script: "kill `cat DIR/gunicorn.pid`" }, gone()],
  ["it names in pieces", { script: 'root=DIR\nkill `cat "$root/gunicorn.pid"`' }, gone()],
  ["is to stay", { inSettings: true, mayGo: false }, { removed: false, told: 0 }],
  ["nobody of root's names", {}, left()],
  ["the script names in another folder", { script: "cat /run/gunicorn.pid" }, left()],
  ["has part of a name in it", { script: "cat DIR/gunicorn.pid.old" }, left()],
  ["a script of another's names", { script: "cat DIR/gunicorn.pid", owner: 65_534 }, left()],
  ["a script that others write names", { script: "cat DIR/gunicorn.pid", mode: 0o777 }, left()],
])("of pidfiles, one that %s", async ([, one, what], context) => {
  requireReal(context, "root");
  expect(await dropped(one)).toEqual(what);
});

function gone() {
  return { removed: true, told: 0 };
}

function left() {
  return { removed: false, told: 1 };
}
