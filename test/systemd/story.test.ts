import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { requireReal } from "../support/require-real.ts";

const execute = promisify(execFile);
const script = new URL("../../scripts/incident.mjs", import.meta.url).pathname;

describe("npm run incident", () => {
  it("tells the story from one master to the outage and to its end, as it really happened", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const { stdout } = await execute(process.execPath, [script]);
    // pids and figures differ from run to run
    const facts = [
      "MainPID=0",
      "KillMode=process",
      "ONEMASTER OK - one master",
      "remains running after unit stopped",
      "Found left-over process",
      "DUPLICATE  /var/www/sample-platform/sampleplatform.sock",
      "duplicate (confirmed): master",
      'role="stale"} 1',
      "# kill -TERM",
      "502",
      "ONEMASTER CRITICAL - unreachable",
      "exit 2",
      "# onemaster remediate --yes",
      "ended: stale master",
      "what the client got meanwhile",
      "nothing of it is left",
    ];
    let from = 0;
    for (const fact of facts) {
      const at = stdout.indexOf(fact, from);
      expect(at, `${fact} after position ${from} of:\n${stdout}`).toBeGreaterThanOrEqual(0);
      from = at;
    }
    // every answer while the stale master was ended was a good one
    expect(/what the client got meanwhile\s+(.+)\n(.*)/.exec(stdout)?.slice(1)).toEqual([
      expect.stringMatching(/^\d+ 200$/),
      "",
    ]);
    expect(stdout.lastIndexOf("ONEMASTER OK - one master")).toBeGreaterThan(
      stdout.indexOf("ended: stale master"),
    );
    expect(stdout.trimEnd().split("\n").at(-1)).toContain("nothing of it is left");
  });

  it.each([
    ["a release there is no tree for", ["--release", "woody"], 64, '"woody" is none of'],
    ["an option it does not have", ["--fast"], 64, "Unknown option '--fast'"],
  ])("refuses %s", async (_, parameters, code, message) => {
    const failed: unknown = await execute(process.execPath, [script, ...parameters]).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
  });
});
