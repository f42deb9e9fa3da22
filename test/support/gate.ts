import type { GateReport } from "../../agent/model/gate.ts";
import { runAgent, type Surroundings } from "./agent.ts";

/** What a file is called that its server has left behind. */
export const leftOver = "a socket file is left, and nothing listens at it";

/** One answer of the gate. */
export interface Said {
  readonly exitCode: number | null;
  /** `decision: message`, of the one path. */
  readonly says: string;
  /** Pids in the way. */
  readonly pids: readonly number[];
}

/** Asks the built gate about one path. */
export async function gate(
  path: string,
  surroundings?: Surroundings,
  ...options: readonly string[]
): Promise<Said> {
  const ran = await runAgent(["gate", "--json", "--socket", path, ...options], surroundings);
  const { sockets } = JSON.parse(ran.stdout) as GateReport;
  const [{ decision, message, inTheWay } = { decision: "", message: "", inTheWay: [] }] = sockets;
  return {
    exitCode: ran.exitCode,
    says: `${decision}: ${message}`,
    pids: inTheWay.map(({ pid }) => pid),
  };
}

/** What it says where it lets pass. */
export function passed(message: string): Said {
  return { exitCode: 0, says: `pass: ${message}`, pids: [] };
}
