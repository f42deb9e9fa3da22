import { type AlertId, type AlertName, alertNames } from "../model/alert.ts";

/** What is fixed about an alert, as the Prometheus rule of its name has it. */
export interface AlertRule {
  /** `critical` wakes somebody, `warning` waits for working hours. */
  readonly severity: "critical" | "warning";
  /** The label that says what it is about; undefined: the host. */
  readonly label: "socket" | "unit" | "what" | undefined;
  /** So long it has to be seen before it fires. */
  readonly forMs: number;
}

const MINUTE_MS = 60_000;

/**
 * The alerts as the Prometheus rules have them, with one difference: OnemasterDuplicateMaster fires
 * as soon as the agent has confirmed it, where the rule waits for another minute. That minute is for
 * slow restarts. But whatever overlaps and is sound, an upgrade by USR2, a graceful stop, a socket
 * handed over by systemd, is a `handover` here and never a `duplicate`; and a second start that is
 * not, lasts: the TERM that would end the first master takes the socket of the second one away. Who
 * restarts in such a way all the same sets `scan.confirm_for` to what it takes.
 */
export const alertRules: Readonly<Record<AlertName, AlertRule>> = {
  OnemasterDuplicateMaster: { severity: "critical", label: "socket", forMs: 0 },
  OnemasterSocketUnreachable: { severity: "critical", label: "socket", forMs: MINUTE_MS },
  OnemasterNoMaster: { severity: "critical", label: "socket", forMs: MINUTE_MS },
  OnemasterOrphanedWorkers: { severity: "warning", label: "socket", forMs: 5 * MINUTE_MS },
  OnemasterOrphanMemory: { severity: "warning", label: "socket", forMs: 5 * MINUTE_MS },
  OnemasterHandoverStuck: { severity: "warning", label: "socket", forMs: MINUTE_MS },
  OnemasterUnitWillDuplicate: { severity: "warning", label: "unit", forMs: 5 * MINUTE_MS },
  OnemasterBreakerOpen: { severity: "warning", label: undefined, forMs: 0 },
  OnemasterBlind: { severity: "warning", label: "what", forMs: 5 * MINUTE_MS },
};

/** Names of the labels that an alert brings with it, and that settings must therefore not set. */
export const ownLabels: readonly string[] = [
  "alertname",
  "severity",
  ...new Set(alertNames.flatMap((name) => alertRules[name].label ?? [])),
];

/** The labels of an alert, those of the site beside its own. */
export function labelsOf(
  { name, about }: AlertId,
  site: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { severity, label } = alertRules[name];
  const identifying = label === undefined || about === undefined ? {} : { [label]: about };
  return { ...site, alertname: name, severity, ...identifying };
}

/** The reverse of `labelsOf`; undefined where these are not the labels of such an alert. */
export function idIn(labels: Readonly<Record<string, string>>): AlertId | undefined {
  const name = alertNames.find((one) => one === labels["alertname"]);
  if (name === undefined) return undefined;
  const { label } = alertRules[name];
  const about = label === undefined ? undefined : labels[label];
  return label !== undefined && about === undefined ? undefined : { name, about };
}

/** A text that tells two alerts of this host apart. */
export function alertKey({ name, about }: AlertId): string {
  return `${name} ${about ?? ""}`;
}
