import { carryOut, newRecord } from "../../../agent/act/carry-out.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import type { FakeHost } from "./fake-host.ts";

/** Carries the host's plan out, as the agent by itself would. */
export function carry(host: FakeHost, dryRun = false): Promise<RemediationRecord> {
  return carryOut(newRecord(host.plan, "agent", dryRun, host.parts.clock.wallMs()), host.parts);
}
