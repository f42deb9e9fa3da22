import { type AuditReport, worstState } from "../model/audit.ts";
import type { LookAtUnits } from "../probe/unit-look.ts";
import { auditUnits } from "../detect/audit.ts";
import { auditText } from "./audit-text.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";
import { unitAskedFor } from "./unit-asked-for.ts";

/** How `audit` ends: what is wrong comes before what could not be told. */
const AuditExit = { sound: 0, bad: 1, unknown: 3 } as const;

/** Why there is nothing to print beside this; undefined when there is. */
function nothingToSay(
  audit: AuditReport,
  asked: string | undefined,
  missing: boolean,
): string | undefined {
  if (asked !== undefined && missing) return `systemd knows no unit ${asked} on this host`;
  if (audit.units.length > 0) return undefined;
  return "no gunicorn was found on a unix socket of this host: there is no unit to audit";
}

function exitCode({ units }: AuditReport): number {
  const items = units.flatMap((unit) => unit.items);
  switch (worstState(items.map(({ state }) => state))) {
    case "bad":
      return AuditExit.bad;
    case "unknown":
      return AuditExit.unknown;
    case "warning":
    case "ok":
      return items.length === 0 ? AuditExit.unknown : AuditExit.sound;
  }
}

/**
 * `onemaster audit [UNIT]`: the unit, or all units of the watched sockets, link by link. A unit
 * that does not exist, and a host without a gunicorn, are told on stderr and end as unknown:
 * neither is proof that all is sound.
 */
export async function auditCommand(
  typed: string | undefined,
  common: CommonOptions,
  { json }: { readonly json: boolean },
  surroundings: Surroundings,
  lookAtUnits: LookAtUnits,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const asked = unitAskedFor(typed);
  const settings = await effectiveSettings(common, surroundings);
  const report = await surroundings.look(settings);
  const seen = await lookAtUnits(report, asked === undefined ? [] : [asked]);
  const audit = auditUnits(report, seen, settings.sockets, asked);
  const facts = seen.units.find(({ name }) => name === asked);
  const missing = facts?.properties.ok === true && facts.properties.value.loadState === "not-found";
  const instead = nothingToSay(audit, asked, missing);
  if (instead !== undefined) stderr.write(`onemaster: ${instead}\n`);
  if (json) stdout.write(`${JSON.stringify(audit, undefined, 2)}\n`);
  else if (instead === undefined) {
    stdout.write(auditText(audit, textStyleFor(common, surroundings)));
  }
  return instead === undefined ? exitCode(audit) : AuditExit.unknown;
}
