import { carryOut, newRecord } from "../../../agent/act/carry-out.ts";
import type { ActParts } from "../../../agent/act/parts.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import type { FakeHost } from "./fake-host.ts";

/** Carries the host's plan out, as the agent by itself would. */
export function carry(host: FakeHost, dryRun = false): Promise<RemediationRecord> {
  return carryOut(newRecord(host.plan, "agent", dryRun, host.parts.clock.wallMs()), host.parts);
}

/** Carries the plan out with some parts exchanged. */
export function carryWith(host: FakeHost, parts: Partial<ActParts>): Promise<RemediationRecord> {
  const record = newRecord(host.plan, "agent", false, host.parts.clock.wallMs());
  return carryOut(record, { ...host.parts, ...parts });
}

/** The agent's calls that end somebody. */
export function endings(host: FakeHost): string[] {
  return host.calls.filter((call) => /SIG(TERM|KILL)/.test(call));
}
