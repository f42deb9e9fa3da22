import { expect, it } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { runTool } from "../../../agent/probe/run-tool.ts";
import { showUnits, systemctl } from "../../../agent/probe/unit-systemctl.ts";

// E2BIG, which spawn throws at once; ENOMEM on a starved host comes the same way
const tooLong = "x".repeat(200_000);

it("what systemd cannot even be asked is a failed read", async () => {
  const log = createFailureLog();
  const shown = await showUnits([tooLong], systemctl, log);
  expect(shown).toMatchObject({ ok: false, failure: { kind: "failed", why: "it failed: E2BIG" } });
  expect(log.totals.failed).toBe(1);
});

it("a tool that cannot even be spawned is a failed read", async () => {
  const log = createFailureLog();
  const ran = await runTool(["true", tooLong], { patienceMs: 10_000, log });
  expect(ran).toMatchObject({ ok: false, failure: { kind: "failed", why: "E2BIG" } });
  expect(log.totals.failed).toBe(1);
});
