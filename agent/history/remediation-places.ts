import { join } from "node:path";

/** While anything stands there, nothing is ended. */
export function pauseFile(stateDir: string): string {
  return join(stateDir, "pause");
}

/** The breaker and the latest attempts. */
export function remediationStateFile(stateDir: string): string {
  return join(stateDir, "remediation.json");
}

/** The folder of remediations in a state directory. */
export function remediationFolder(stateDir: string): string {
  return join(stateDir, "remediations");
}
