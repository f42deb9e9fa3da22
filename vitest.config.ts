import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

interface Lane {
  /** Costs only where a test hangs: several times what the slowest takes on a busy machine. */
  readonly timeoutMs: number;
  /** Its test files share one host, so only one runs at a time. */
  readonly alone?: boolean;
  /** So many of its test files at a time; absent: as many as there are processors. */
  readonly atOnce?: number;
  /** So many tests of one file at a time, where a file says that they may; absent: five. */
  readonly testsAtOnce?: number;
  /** Its test files share processes, and what those hold; where it is alone, one process. */
  readonly shared?: boolean;
}

/** A file that begins late and takes minutes has the rest of its lane wait for it. */
const longest = [
  "systemd/cutover-states-killed.test.ts",
  "systemd/cutover-states.test.ts",
  "systemd/drill.test.ts",
  "systemd/cutover-killed.test.ts",
  "systemd/cutover-way-back.test.ts",
  "systemd/cutover.test.ts",
  "systemd/cutover-states-busy.test.ts",
  "systemd/cutover-hostile.test.ts",
  "systemd/audit.test.ts",
  "systemd/package-service.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(...[files]: Parameters<BaseSequencer["sort"]>): Promise<typeof files> {
    const rank = ({ moduleId }: (typeof files)[number]): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      return at === -1 ? longest.length : at;
    };
    // the others as vitest has them: by the time they took here last, else by their size
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

function lane(name: string, { timeoutMs, alone = false, ...how }: Lane) {
  const { atOnce, testsAtOnce, shared = false } = how;
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism: !alone,
      ...(atOnce === undefined ? {} : { maxWorkers: atOnce }),
      ...(testsAtOnce === undefined ? {} : { maxConcurrency: testsAtOnce }),
      isolate: !shared,
    },
  };
}

export default defineConfig({
  test: {
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
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
      // a process for each of its three hundred files cost more than all that they test
      lane("unit", { timeoutMs: 20_000, shared: true }),
      lane("host", { timeoutMs: 90_000 }),
      lane("gunicorn", { timeoutMs: 180_000, alone: true }),
      // each has hosts of its own, which mostly wait; but a load of requests takes a processor
      lane("systemd", { timeoutMs: 300_000, atOnce: 4, testsAtOnce: 3 }),
      lane("pipeline", { timeoutMs: 300_000, alone: true }),
      lane("vm", { timeoutMs: 600_000, alone: true, shared: true }),
    ],
  },
});
