import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { group, report, socket } from "../cli/reports.ts";
import { name, native, sysv, unitHost } from "./unit-host.ts";

const own = `${name}\n`;

describe("asking systemd", () => {
  it("asks for the services of a report, and for those named beside, at once", async () => {
    const { look, at } = unitHost(`${native.replaceAll(own, "shop.service\n")}\n\n${sysv}`);
    const { units } = await look(report([socket({ groups: [] })]), ["shop.service", name]);
    const types = units.map(({ properties }) => properties.ok && properties.value.serviceType);
    expect(units.map((unit) => unit.name)).toEqual(["shop.service", name]);
    expect(types).toEqual(["simple", "forking"]);
    expect(readFileSync(at("asked"), "utf8")).toMatch(
      /^show --no-pager --property=Id,.* -- shop\.service platform\.service\n$/,
    );
  });

  it("reads what it prints", async () => {
    const unit = await unitHost(sysv).onUnit();
    expect(unit?.properties).toMatchObject({
      ok: true,
      value: { killMode: "process", mainPid: 0 },
    });
    expect(unit?.stateAgeMs).toBeGreaterThan(0);
  });

  it.each<[string, string, string]>([
    ["is not there", "", "it is not installed"],
    [
      "has no bus",
      "echo Failed to connect to bus: No such file or directory >&2; exit 1",
      "Failed to connect to bus: No such file or directory",
    ],
    ["says nothing", "exit 3", "it failed: 3"],
    ["hangs", "exec sleep 30", "it did not answer in time"],
    [
      "answers for other units",
      "echo Names=other.service",
      "systemctl was asked for 1 units and answered with other ones",
    ],
  ])("fails, and is counted, where systemctl %s", async (_, script, why) => {
    const { look, log, at } = unitHost("", script);
    if (script === "") unlinkSync(at("systemctl"));
    const { units } = await look(report([socket({ groups: [] })]), []);
    expect(units[0]?.properties).toMatchObject({ ok: false, failure: { why } });
    expect(log.totals.failed + log.totals.malformed).toBe(1);
  });

  it("does not ask for what is no unit's name", async () => {
    const { look } = unitHost(sysv);
    const { units } = await look(report([socket({ groups: [] })]), ["-H x.service"]);
    expect(units.map((unit) => [unit.name, unit.properties.ok])).toEqual([
      ["-H x.service", false],
      [name, true],
    ]);
  });

  it("asks nobody where there is no service", async () => {
    const { look } = unitHost("", "exit 1");
    const { units } = await look(report([socket({ unit: null, groups: [] })]), []);
    expect(units).toEqual([]);
  });
});

describe("the heads of groups", () => {
  it("are masters, and the first worker of those without one", async () => {
    const { proc, look } = unitHost(native);
    const cgroup = "1:name=systemd:/\n0::/system.slice/platform.service\n";
    proc.put(1, { parent: 0 });
    proc.put(60, { parent: 1 });
    proc.put(68, {
      parent: 60,
      startTicks: 6_800,
      cgroup,
      cwd: "/srv",
      cmdline: "gunicorn: master [run:app]\0\0",
    });
    proc.put(50, { parent: 1, startTicks: 4_901, cgroup });
    proc.put(90, { startTicks: 1 });
    const groups = [
      group("serving", 68),
      group("orphaned", 49, { master: null }),
      group("stale", 90),
      group("stale", 95),
    ];
    const { heads } = await look(report([socket({ groups })]), []);
    const common = { session: 0, cgroup: "/system.slice/platform.service", unit: name };
    // 90 is another process by now, 95 has left
    expect(heads).toEqual([
      {
        ...common,
        id: { pid: 68, startTicks: 6_800 },
        ancestors: [60, 1],
        workingDirectory: "/srv",
        args: ["gunicorn: master [run:app]"],
      },
      {
        ...common,
        id: { pid: 50, startTicks: 4_901 },
        ancestors: [1],
        workingDirectory: undefined,
        args: [],
      },
    ]);
  });
});

describe("pidfiles", () => {
  async function named(content: string | undefined, shown = native) {
    const { proc, look, write, at } = unitHost(shown);
    proc.put(68, { role: "master", startTicks: 6_800, cmdline: "gunicorn: master\0" });
    proc.put(70, { state: "Z" });
    if (content !== undefined) write("g.pid", content);
    const pidfile = { path: at("g.pid"), pid: null, names: "missing" } as const;
    const { pidfiles } = await look(report([socket({ groups: [], pidfile })]), []);
    return pidfiles[0];
  }

  it.each<[string, string | undefined, object]>([
    [
      "a living master",
      "68\n",
      {
        pid: 68,
        problem: undefined,
        process: {
          signalRole: "master",
          command: "gunicorn: master",
          startedAtMs: 1_699_999_068_000,
        },
      },
    ],
    ["nobody alive", "69", { pid: 69, process: undefined }],
    ["a zombie", "70", { pid: 70, process: undefined }],
    ["nobody: empty", " \n", { pid: undefined, problem: "empty" }],
    ["nobody: malformed", "x", { pid: undefined, problem: "malformed" }],
    ["nobody: missing", undefined, { pid: undefined, problem: "missing", writtenAtMs: undefined }],
  ])("name %s", async (_, content, told) => {
    expect(await named(content)).toMatchObject(told);
  });

  it("cannot be read where they are no files", async () => {
    const { look, at } = unitHost(native);
    mkdirSync(at("g.pid"));
    const pidfile = { path: at("g.pid"), pid: null, names: "unreadable" } as const;
    const { pidfiles } = await look(report([socket({ groups: [], pidfile })]), []);
    expect(pidfiles).toMatchObject([{ problem: "unreadable" }]);
  });

  it("are also those that units name", async () => {
    const { look, at } = unitHost(native);
    writeFileSync(at("shown"), native.replace("PIDFile=", `PIDFile=${at("unit.pid")}`));
    const { pidfiles } = await look(report([socket({ groups: [], pidfile: null })]), []);
    expect(pidfiles).toMatchObject([{ path: at("unit.pid"), problem: "missing" }]);
  });
});
