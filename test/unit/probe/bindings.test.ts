import { expect, it } from "vitest";
import { askBindings } from "../../../agent/probe/bindings.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";

it("answers that it could not ask where the command cannot even be spawned", async () => {
  const log = createFailureLog();
  // E2BIG, which spawn throws at once; ENOMEM on a starved host comes the same way
  const answer = await askBindings(`/proc/${"x".repeat(200_000)}`, log);
  expect(answer).toEqual({
    kind: "unknown",
    why: expect.stringMatching(/^nsenter failed: .*E2BIG/),
  });
  expect(log.totals.failed).toBe(1);
});
