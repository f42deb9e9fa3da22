import { type Found, isWrappedScript, told, type UnitCase } from "./audit-case.ts";
import { shellWord, shellWords } from "./audit-shell.ts";

/** Whether no init script is left beside a native unit. */
export function initScript({ unit, properties }: UnitCase): Found {
  // of a wrapped script it is the source, which is another link
  if (isWrappedScript(properties)) return undefined;
  const read = unit.initScript;
  if (!read.ok)
    return told("unknown", `${read.failure.what} could not be read: ${read.failure.why}`);
  const { path, executable, redirects, links } = read.value;
  const rm = links.length === 0 ? [] : [`rm -f ${shellWords(links)}`];
  const linked = links.length === 0 ? "" : ` with ${links.length} links in /etc/rc?.d`;
  if (path !== undefined && redirects) {
    return told("ok", `${path} hands over to systemctl`);
  }
  if (path !== undefined) {
    const base = unit.name.replace(/\.service$/, "");
    const fix = [`mv ${shellWord(path)} ${shellWord(`/root/${base}.init`)}`, ...rm].join("\n");
    const evidence = `${path} is left${linked}`;
    if (!executable) return { state: "warning", evidence: `${evidence}, not executable`, fix };
    return { state: "bad", evidence: `${evidence}: run by hand it starts a second master`, fix };
  }
  if (rm.length === 0) return told("ok", "no init script of its name is left");
  return {
    state: "warning",
    evidence: `${links.join(" ")} lead nowhere: their init script is gone`,
    fix: rm.join("\n"),
  };
}
