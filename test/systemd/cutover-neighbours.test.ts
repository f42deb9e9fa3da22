import { expect, test } from "vitest";
import { platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { cutoverRecord, expectNative, expectSysv } from "./support-cutover.ts";
import { carriedOut, expectEnd } from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";

const limitMs = 240_000;
const folder = "/etc/systemd/system";
const neighbours = ["nginx.service", "queue.service"] as const;

test(
  "units that require the unit or are part of it go on, there and back, and one that is bound to it refuses",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1, goesFirst: true });
    await host.write(`${folder}/nginx.service.d/needs.conf`, unitPart("Requires"));
    await host.write(`${folder}/queue.service`, `${unitPart("BindsTo")}${sleeps}`);
    await host.run("systemctl daemon-reload; systemctl start queue.service");
    expect(await expectEnd(host, 1, "apply")).toContain(
      "queue.service would be stopped with the unit (BindsTo=), for good",
    );

    await host.write(`${folder}/queue.service`, `${unitPart("PartOf")}${sleeps}`);
    await host.run("systemctl daemon-reload");
    const before = await startedAt(host);
    const { load, worked } = await whileLoaded(host, () => carriedOut(host, "apply"), {
      perSecond: 100,
    });
    expect(worked.exitCode, `it said: ${worked.said}`).toBe(0);
    expect(load.failed).toBeLessThanOrEqual(1);
    await expectNative(host);
    expect(await startedAt(host)).toEqual(before);

    await expectEnd(host, 0, "rollback");
    await expectSysv(host);
    expect((await cutoverRecord(host)).outcome).toBe("rolled-back");
    expect(await startedAt(host)).toEqual(before);
  },
  limitMs,
);

test(
  "gunicorn keeps the priorities that the script had given it",
  async (context) => {
    const { host, truth } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    const owner = Number(truth.owner);
    await host.run(`renice -n 3 -p ${owner}; echo 300 > /proc/${owner}/oom_score_adj`);
    const before = await prioritiesOf(host, owner);
    expect(before).toBe("3 300");
    await expectEnd(host, 0, "apply");
    expect(await prioritiesOf(host, await expectNative(host))).toBe(before);
  },
  limitMs,
);

test(
  "gunicorn may have as many files open as the script's ulimit had let it",
  async (context) => {
    const { host, truth } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await host.run(["prlimit", "--pid", `${truth.owner}`, "--nofile=8192:"]);
    const before = await openFiles(host, Number(truth.owner));
    expect(before).toMatch(/^Max open files +8192 /);
    await expectEnd(host, 0, "apply");
    expect(await openFiles(host, await expectNative(host))).toBe(before);
  },
  limitMs,
);

const sleeps = "[Service]\nExecStart=/bin/sleep 1000\n";

function unitPart(how: "Requires" | "PartOf" | "BindsTo"): string {
  return `[Unit]\n${how}=${platform.unit}\nAfter=${platform.unit}\n`;
}

/** State of each, and since when: one that was started again was down. */
async function startedAt(host: TestHost): Promise<readonly string[]> {
  const names = ["ActiveState", "ActiveEnterTimestampMonotonic"];
  const show = ["systemctl", "show", "--value", `--property=${names.join(",")}`];
  const shown = await Promise.all(neighbours.map((unit) => host.run([...show, unit])));
  expect(shown.map((text) => text.split("\n")[0])).toEqual(["active", "active"]);
  return shown;
}

async function openFiles(host: TestHost, pid: number): Promise<string> {
  return await host.run(["grep", "^Max open files", `/proc/${pid}/limits`]);
}

/** The nice value, and what is added to the badness for which memory's killer chooses. */
async function prioritiesOf(host: TestHost, pid: number): Promise<string> {
  const nice = await host.run(["ps", "-o", "ni=", "-p", `${pid}`]);
  return `${nice.trim()} ${(await host.run(["cat", `/proc/${pid}/oom_score_adj`])).trim()}`;
}
