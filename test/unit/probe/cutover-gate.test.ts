import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gateAmong } from "../../../agent/probe/cutover-gate.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { testFolder } from "../../support/folder.ts";

function program(name: string, script: string, mode = 0o755): string {
  const path = join(testFolder().path, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode });
  return path;
}

it("finds the program that has the gate, and passes over those that do not", async () => {
  const without = program("older", 'echo "Usage: onemaster [options]"');
  const broken = program("broken", 'echo "Usage: onemaster gate"; exit 3');
  const closed = program("closed", "exit 0", 0o644);
  const own = program(
    "onemaster",
    '[ "$1 $2" = "gate --help" ] && echo "Usage: onemaster gate [options]"',
  );
  const all = [undefined, "relative", without, broken, closed, "/nonexistent"];
  expect(await gateAmong([...all, own, without], createFailureLog())).toBe(own);
  expect(await gateAmong(all, createFailureLog())).toBeUndefined();
});
