import { defineConfig } from "vitest/config";

interface Lane {
  readonly timeoutMs: number;
  /** Its test files share one host, so only one runs at a time. */
  readonly alone?: boolean;
  /** So many of its test files at a time; absent: as many as there are processors. */
  readonly atOnce?: number;
  /** Its test files also share one process, and what that holds. */
  readonly oneProcess?: boolean;
}

function lane(name: string, { timeoutMs, alone = false, atOnce, oneProcess = false }: Lane) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism: !alone,
      ...(atOnce === undefined ? {} : { maxWorkers: atOnce }),
      isolate: !oneProcess,
    },
  };
}

export default defineConfig({
  test: {
    restoreMocks: true,
    coverage: {
      provider: "v8",
      include: ["agent/parse/**", "agent/detect/**"],
      reporter: [["text", { skipFull: true }], "html"],
      // what decides is pure, so every line of it can be reached from a table
      thresholds: {
        "agent/parse/**": { 100: true },
        "agent/detect/**": { 100: true },
      },
    },
    projects: [
      lane("unit", { timeoutMs: 5_000 }),
      lane("host", { timeoutMs: 20_000 }),
      lane("gunicorn", { timeoutMs: 60_000, alone: true }),
      // each has hosts of its own, which mostly wait
      lane("systemd", { timeoutMs: 180_000, atOnce: 2 }),
      lane("pipeline", { timeoutMs: 180_000, alone: true }),
      lane("vm", { timeoutMs: 300_000, alone: true, oneProcess: true }),
    ],
  },
});
