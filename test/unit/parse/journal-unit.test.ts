import { describe, expect, it } from "vitest";
import { entriesOf, entryOf, ofUnit, read, told } from "./journal-entries.ts";

describe("the incident as it was recorded", () => {
  it.each([
    ["bookworm", [112, 113, 118, 119], ["manager-reload ", "manager-reexec ", "manager-reload "]],
    [
      "trixie",
      [137, 139, 140],
      [
        "manager-reload systemctl (pid 170)",
        "manager-reexec systemctl (pid 189)",
        "manager-reload systemctl (pid 208)",
      ],
    ],
  ])("is told event by event with systemd of %s", (release, [master, ...workers], afterwards) => {
    const left = [`${master} gunicorn: maste`, ...workers.map((pid) => `${pid} gunicorn: worke`)];
    expect(read(entriesOf(`incident-${release}`)).map(told)).toEqual([
      "start-begun platform.service start",
      "started platform.service start",
      "stop-begun platform.service stop",
      ...left.map((process) => `leftover-after-stop platform.service ${process}`),
      "stopped platform.service restart",
      ...left.map((process) => `leftover-at-start platform.service ${process}`),
      "start-begun platform.service start",
      "started platform.service start",
      ...afterwards,
    ]);
  });
});

describe("other units as they were recorded", () => {
  it.each(["bookworm", "trixie"])("are told event by event with systemd of %s", async (release) => {
    const lines = read(entriesOf(`units-${release}`)).map(told);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`./journal-units-${release}.txt`);
    // whose conditions were not met, which has the id and the result of a start
    expect(lines.filter((line) => line.includes("binfmt"))).toEqual([]);
  });

  it("have processes with any name, as systemd prints it", () => {
    const comms = read(entriesOf("units-bookworm")).flatMap((event) =>
      event.kind === "leftover-at-start" ? event.comm : [],
    );
    expect(comms).toEqual([
      "gunicorn: maste",
      "a) (b",
      "x", // its name went on in another line
      String.raw`caf\303\251 \033[31m`,
      String.raw`bad\377\376`,
      "sp  ace ",
    ]);
  });
});

describe("what systemd says of a unit", () => {
  const stopped = "9d1aaa27d60140bd96365438aad20286";
  const reloaded = "7b05ebc668384222baa8881179cfda54";
  const started = "39f53479d3a045ac8e11786248231fbf";
  it.each([
    [
      "an id in capitals",
      { MESSAGE_ID: stopped.toUpperCase(), JOB_TYPE: "stop", JOB_RESULT: "done" },
      "Stopped x.",
      "stopped platform.service stop",
    ],
    ["a stop without a result", { MESSAGE_ID: stopped }, "Stopped x.", "stopped platform.service "],
    [
      "a stop that ran into its limit",
      { MESSAGE_ID: stopped, JOB_RESULT: "timeout" },
      "Timed out stopping x.",
      undefined,
    ],
    [
      "a reload that failed",
      { MESSAGE_ID: reloaded, JOB_RESULT: "failed" },
      "Reload failed for x.",
      undefined,
    ],
    [
      "a oneshot that finished",
      { MESSAGE_ID: started, JOB_TYPE: "start" },
      "Finished x.",
      "started platform.service start",
    ],
    [
      "a start with another status format",
      { MESSAGE_ID: started, JOB_TYPE: "start" },
      "x runs",
      "started platform.service start",
    ],
    [
      "a description that speaks of skipping",
      { MESSAGE_ID: started, JOB_TYPE: "start" },
      "Started x was skipped because of y.",
      "started platform.service start",
    ],
    [
      "a start that was skipped, 250 and newer",
      { MESSAGE_ID: started },
      "x was skipped because of an unmet condition check (A=b).",
      undefined,
    ],
    [
      "a start that was skipped, 257",
      { MESSAGE_ID: started },
      "x skipped, unmet condition check A=b",
      undefined,
    ],
    [
      "a start that was skipped, no trigger",
      { MESSAGE_ID: started },
      "x skipped, no trigger condition checks were met",
      undefined,
    ],
    [
      "a start that was skipped, before 250",
      { MESSAGE_ID: started },
      "Condition check resulted in x being skipped.",
      undefined,
    ],
    [
      "the end of a control process",
      { MESSAGE_ID: "98e322203f7a4ed290d09fe03c09fe15" },
      "platform.service: Control process exited, code=exited, status=1/FAILURE",
      undefined,
    ],
    [
      "memory that ran out, to 256",
      { MESSAGE_ID: "fe6faa94e7774663a0da52717891d8ef" },
      "platform.service: A process of this unit has been killed by the OOM killer.",
      "unit-oom platform.service A process of this unit has been killed by the OOM killer.",
    ],
    [
      "memory that ran out, 262",
      { MESSAGE_ID: "fe6faa94e7774663a0da52717891d8ef" },
      "platform.service: The kernel OOM killer killed some processes in this unit.",
      "unit-oom platform.service The kernel OOM killer killed some processes in this unit.",
    ],
    [
      "systemd-oomd",
      { MESSAGE_ID: "d989611b15e44c9dbf31e3c81256e4ed" },
      "platform.service: systemd-oomd killed 5 process(es) in this unit.",
      "unit-oom platform.service systemd-oomd killed 5 process(es) in this unit.",
    ],
    [
      "an id of something else",
      { MESSAGE_ID: "7ad2d189f7e94e70a38c781354912448" },
      "platform.service: Deactivated successfully.",
      undefined,
    ],
    [
      "a line without its unit in front",
      {},
      "Unit process 12 (gunicorn) remains running after unit stopped.",
      "leftover-after-stop platform.service 12 gunicorn",
    ],
    [
      "a pid beyond numbers",
      {},
      `Unit process ${"9".repeat(20)} (x) remains running after unit stopped.`,
      undefined,
    ],
    [
      "the second half of a leftover's line",
      {},
      "This usually indicates unclean termination of a previous run, or service implementation deficiencies.",
      undefined,
    ],
    [
      "a whole cgroup that was killed on request",
      {},
      "platform.service: Killed unit cgroup with SIGKILL on client request.",
      "signalled platform.service  SIGKILL true",
    ],
    [
      "a control process signalled on request",
      {},
      "platform.service: Sent signal SIGTERM to control process 7 (a b) on client request.",
      "signalled platform.service 7 SIGTERM true",
    ],
  ])("%s", (_, fields, message, event) => {
    const events = read([entryOf(message, { ...ofUnit, ...fields })]).map(told);
    expect(events).toEqual(event === undefined ? [] : [event]);
  });
});
