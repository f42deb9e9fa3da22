import { parseListeners } from "../parse/net-unix.ts";
import { parseListenPaths } from "../parse/socket-unit.ts";
import { parseSystemctlShow } from "../parse/systemctl-show.ts";
import { pathBytes, type Files } from "./files.ts";
import { runSystemctl, type SystemctlOptions } from "./unit-systemctl.ts";

/**
 * The active socket unit that starts `unit` and listens at `path`, which any user may ask systemd
 * for. Undefined where there is none or systemd does not answer, and where more than one listener
 * of the gate's network has that name: then not all of them are systemd's.
 */
export async function activatingSocket(
  unit: string,
  path: string,
  files: Files,
  { program, patienceMs }: SystemctlOptions,
): Promise<string | undefined> {
  const bytes = pathBytes(path);
  const table = files.bytes("/proc/self/net/unix");
  const rows = table.ok
    ? parseListeners(table.value).rows.filter(({ name }) => name === bytes)
    : [];
  if (rows.length !== 1) return undefined;
  async function show(name: string, properties: string): Promise<string> {
    const args = ["show", "--no-pager", `--property=${properties}`, "--", name];
    const answer = await runSystemctl(program, args, patienceMs);
    return answer.ok ? answer.value : "";
  }
  const [block] = parseSystemctlShow(await show(unit, "TriggeredBy"));
  for (const name of block?.triggeredBy ?? []) {
    if (!name.endsWith(".socket")) continue;
    const said = await show(name, "Listen,ActiveState");
    if (!/^ActiveState=active$/m.test(said)) continue;
    if (parseListenPaths(said).includes(bytes)) return name;
  }
  return undefined;
}
