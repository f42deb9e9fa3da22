import type { Report, SocketReport } from "../model/report.ts";
import type { Verdict } from "../model/verdict.ts";
import { PluginState } from "./exit-code.ts";

function stateOfVerdict(verdict: Verdict): PluginState {
  switch (verdict) {
    case "unreachable":
    case "duplicate":
    case "no-master":
      return PluginState.critical;
    case "orphaned-workers":
      return PluginState.warning;
    case "unknown":
      return PluginState.unknown;
    case "handover":
    case "one-master":
      return PluginState.ok;
  }
}

/** Severest first: a certain warning says more than not knowing. */
const bySeverity: readonly PluginState[] = [
  PluginState.critical,
  PluginState.warning,
  PluginState.unknown,
  PluginState.ok,
];

/** The severest of the states; ok when there is none. */
function severest(states: readonly PluginState[]): PluginState {
  return bySeverity.find((state) => states.includes(state)) ?? PluginState.ok;
}

/** What `check` makes of one socket: its verdict, or a warning for a handover that takes too long. */
export function socketState({ verdict, findings }: SocketReport): PluginState {
  const stuck = findings.some(({ kind }) => kind === "handover-stuck");
  return severest([stateOfVerdict(verdict), stuck ? PluginState.warning : PluginState.ok]);
}

/**
 * What `check` makes of the whole report: the severest of its sockets. Where all of them are
 * fine, or there are none, the verdict on the host decides, so that blindness is not passed
 * over.
 */
export function reportState({ sockets, verdict }: Report): PluginState {
  const worst = severest(sockets.map(socketState));
  if (worst !== PluginState.ok) return worst;
  return sockets.length === 0 || verdict === "unknown" ? stateOfVerdict(verdict) : worst;
}

/** The word of a state, as plug-ins print it. */
export function stateWord(state: PluginState): string {
  switch (state) {
    case PluginState.ok:
      return "OK";
    case PluginState.warning:
      return "WARNING";
    case PluginState.critical:
      return "CRITICAL";
    case PluginState.unknown:
      return "UNKNOWN";
  }
}

/** Sockets in the order in which people must hear of them: severest first, else as they were. */
export function inOrderOfSeverity(sockets: readonly SocketReport[]): SocketReport[] {
  return sockets.toSorted(
    (one, other) => bySeverity.indexOf(socketState(one)) - bySeverity.indexOf(socketState(other)),
  );
}
