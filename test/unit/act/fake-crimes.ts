import type { FakeKernel } from "./fake-kernel.ts";

/** Why such a signal must never be sent to a process of the story; undefined: it may. */
export function crimeOf(
  kernel: FakeKernel,
  pid: number,
  signal: string | number,
): string | undefined {
  const now = kernel.look(pid);
  if (now === "gone" || signal === 0) return undefined;
  const { state, signalRole, endingPending } = now;
  if (signal === "SIGTERM" && signalRole === "master") return `SIGTERM to master ${pid}`;
  if (signal === "SIGKILL" && state !== "T" && state !== "D") return `${pid} killed unstopped`;
  if (signal === "SIGCONT" && signalRole === "master" && pid === 49 && endingPending) {
    return `SIGCONT to ${pid}, which then removes the path`;
  }
  if (pid === 68 || pid === 69 || pid === 1) return `${signal} to ${pid}, which serves`;
  return undefined;
}
