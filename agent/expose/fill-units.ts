import type { AuditReport } from "../model/audit.ts";
import { blindSpots } from "../model/blind.ts";
import type { Report } from "../model/report.ts";
import type { Families } from "./families.ts";

/** Sets what is known of each unit's links; all others are absent. */
export function fillUnits({ unitLink }: Families, { units }: AuditReport): void {
  unitLink.reset();
  for (const { unit, items } of units) {
    if (unit === null) continue;
    for (const { link, state } of items) {
      if (state !== "unknown") unitLink.set({ unit, link }, state === "bad" ? 0 : 1);
    }
  }
}

/** Sets for each unit whether systemd follows a main process; absent where that is not known. */
export function fillMainPids({ unitMainPid }: Families, { sockets }: Report): void {
  unitMainPid.reset();
  for (const { unit } of sockets) {
    if (unit === null || unit.mainPid === null) continue;
    unitMainPid.set({ unit: unit.name }, unit.mainPid === 0 ? 0 : 1);
  }
}

/** Sets the kinds of blindness in the report to 1, all other kinds to 0. */
export function fillBlind(families: Families, report: Report): void {
  families.blind.reset();
  for (const what of blindSpots) families.blind.set({ what }, 0);
  for (const { what } of report.blind) families.blind.set({ what }, 1);
}
