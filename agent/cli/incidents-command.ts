import type { Settings } from "../model/settings.ts";
import { summaryOf, type IncidentRecord } from "../model/incident-record.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import { remediationsOf } from "../detect/incident-remediations.ts";
import { incidentFolder, readIncidents } from "../history/incident-files.ts";
import type { UnreadRecord } from "../history/record-folder.ts";
import { readRemediations } from "../history/remediation-files.ts";
import { remediationFolder } from "../history/remediation-places.ts";
import { effectiveSettings, type CommonOptions } from "./common-options.ts";
import type { JsonOption } from "./config-command.ts";
import { ExitCode } from "./exit-code.ts";
import { incidentsText, incidentText, type IncidentStyle } from "./incidents-text.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";
import { UsageError } from "./usage-error.ts";

/** `onemaster incidents`: what the agent has recorded, newest first; of `--socket` alone if given. */
export async function incidentsCommand(
  common: CommonOptions,
  { json }: JsonOption,
  surroundings: Surroundings,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  const summaries = (await recordsFor(common, settings, surroundings)).map(summaryOf);
  const folder = incidentFolder(settings.stateDir);
  surroundings.stdout.write(
    json
      ? `${JSON.stringify({ schema: 1, incidents: summaries }, undefined, 2)}\n`
      : incidentsText(summaries, folder, styleFor(common, surroundings)),
  );
  return ExitCode.ok;
}

/** `onemaster incidents show ID`: everything about one. The begin of an id is enough; `last` is the newest. */
export async function incidentShowCommand(
  id: string,
  common: CommonOptions,
  { json }: JsonOption,
  surroundings: Surroundings,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  const record = chosen(id, await recordsFor(common, settings, surroundings));
  const remediations = remediationsOf(record, await allRemediations(settings, surroundings));
  surroundings.stdout.write(
    json
      ? `${JSON.stringify({ ...record, remediations }, undefined, 2)}\n`
      : incidentText(record, remediations, styleFor(common, surroundings)),
  );
  return ExitCode.ok;
}

async function recordsFor(
  common: CommonOptions,
  settings: Settings,
  surroundings: Surroundings,
): Promise<readonly IncidentRecord[]> {
  const { stateDir } = settings;
  const { records, unread } = await readStored(incidentFolder(stateDir), readIncidents(stateDir));
  tellUnread(unread, surroundings);
  const paths = new Set(settings.sockets.map(({ path }) => path));
  const wanted = common.socket.length === 0 ? records : records.filter((r) => paths.has(r.socket));
  return wanted.toReversed();
}

async function allRemediations(
  { stateDir }: Settings,
  surroundings: Surroundings,
): Promise<readonly RemediationRecord[]> {
  const reading = readRemediations(stateDir);
  const { records, unread } = await readStored(remediationFolder(stateDir), reading);
  tellUnread(unread, surroundings);
  return records;
}

function tellUnread(unread: readonly UnreadRecord[], { stderr }: Surroundings): void {
  for (const { path, reason } of unread) {
    stderr.write(`onemaster: ${path} is left out: ${reason}\n`);
  }
}

async function readStored<T>(folder: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${folder} cannot be read: ${reason}`, { cause: error });
  }
}

function chosen(id: string, records: readonly IncidentRecord[]): IncidentRecord {
  const [newest] = records;
  const found =
    id === "last" ? records.slice(0, 1) : records.filter((one) => one.id.startsWith(id));
  const [first, second] = found;
  if (first === undefined) {
    const hint = newest === undefined ? "none is recorded" : `the newest is ${newest.id}`;
    throw new UsageError(`no incident begins with "${id}"; ${hint}`);
  }
  if (second !== undefined) {
    const ids = found.map((one) => one.id).join(", ");
    throw new UsageError(`"${id}" begins the names of ${found.length} incidents: ${ids}`);
  }
  return first;
}

function styleFor(common: CommonOptions, surroundings: Surroundings): IncidentStyle {
  return { ...textStyleFor(common, surroundings), nowMs: Date.now() };
}
