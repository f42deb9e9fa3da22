import { expect, test } from "vitest";
import { platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import { cutoverOn, cutoverRecord, expectNative, expectOneInstant } from "./support-cutover.ts";
import { sysvPlatform } from "./sysv-platform.ts";

test("an application that loads for seconds: requests wait, none fails, both are told", async (context) => {
  const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1, goesFirst: true });
  await host.run(`sed -i '1i import time; time.sleep(4)' ${platform.root}/run.py`);
  const { load, worked } = await whileLoaded(host, () => cutoverOn(host, "apply", "--yes"), {
    perSecond: 200,
    limitS: 100,
  });
  const said = `${worked.stdout}${worked.stderr}`;
  expect(worked.exitCode, `exit code of: ${said}`).toBe(0);
  expectOneInstant("bookworm, with four seconds to load", load);
  expect(said).toMatch(
    /it took (?:[4-9]|[1-9]\d+) s to its first answer: as long do requests wait/,
  );
  expect(said).toMatch(/asked at the socket: \d+ requests, 0 failed, the slowest answer took \d/);
  const { measured } = await cutoverRecord(host);
  expect(measured?.[0]?.slowestMs).toBeGreaterThan(3_000);
  await expectNative(host);
}, 240_000);
