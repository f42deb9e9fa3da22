import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { native, unitHost } from "./unit-host.ts";

describe("the init script of a unit", () => {
  it("is found with its links", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("etc/init.d/platform", "#!/bin/sh\n", 0o755);
    for (const link of ["rc2.d/S01platform", "rc0.d/K01platform", "rcS.d/S99platform"])
      write(`etc/${link}`, "");
    for (const link of ["rc2.d/S01platform2", "rc2.d/X01platform", "rc2.d/S01"])
      write(`etc/${link}`, "");
    expect((await onUnit())?.initScript).toEqual({
      ok: true,
      value: {
        path: at("etc/init.d/platform"),
        executable: true,
        redirects: false,
        links: ["rc0.d/K01platform", "rc2.d/S01platform", "rcS.d/S99platform"].map((link) =>
          at(`etc/${link}`),
        ),
      },
    });
  });

  it("may be gone, and its settings be there", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("etc/default/platform", "");
    const unit = await onUnit();
    const value = { path: undefined, executable: false, redirects: false, links: [] };
    expect(unit?.initScript).toEqual({ ok: true, value });
    expect(unit?.defaultsFile).toBe(at("etc/default/platform"));
  });

  it("could not be told where a folder cannot be read", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("etc/init.d/x", "");
    symlinkSync("platform", at("etc/init.d/platform"));
    expect((await onUnit())?.initScript).toMatchObject({ ok: false, failure: { why: "ELOOP" } });
  });
});

describe("the program of a unit", () => {
  const start = (path: string): string =>
    native.replace(/ExecStart=\{ path=\S+/, `ExecStart={ path=${path}`);

  it("is there, with its interpreter", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("bin/gunicorn", "#!/bin/sh -e\n", 0o755);
    const unit = await onUnit(start(at("bin/gunicorn")));
    expect(unit?.program).toMatchObject({
      state: "executable",
      interpreter: { path: "/bin/sh", missing: false },
    });
    expect(unit?.gunicorns[0]).toBe(at("bin/gunicorn"));
  });

  it("has lost its interpreter", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("bin/gunicorn", "#! /srv/no/python3\n", 0o755);
    expect((await onUnit(start(at("bin/gunicorn"))))?.program?.interpreter).toEqual({
      path: "/srv/no/python3",
      missing: true,
    });
  });

  it("is missing, and another is beside it", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("bin/gunicorn", "", 0o755);
    const unit = await onUnit(start(at("bin/gunicorn3")));
    expect(unit?.program).toMatchObject({ state: "missing", at: at("bin/gunicorn3") });
    expect(unit?.gunicorns[0]).toBe(at("bin/gunicorn"));
  });

  it("is seen by pid 1 alone", async () => {
    const { write, onUnit, at, proc } = unitHost(native);
    proc.put(1);
    proc.link("1/root", at("root"));
    write("root/srv/only/gunicorn", "", 0o755);
    expect((await onUnit(start("/srv/only/gunicorn")))?.program?.state).toBe("executable");
  });

  it.each<[string, string, object]>([
    ["found in the search path by its name", start("sh"), { named: "sh", state: "executable" }],
    [
      "nowhere in the search path",
      start("no-such-program"),
      { state: "missing", at: "no-such-program" },
    ],
    ["a folder", start("/etc"), { state: "not-executable", why: "it is no regular file" }],
    ["not executable", start("/etc/passwd"), { state: "not-executable", why: undefined }],
    [
      "inside of an image",
      native.replace("RootImage=", "RootImage=/srv/a.raw"),
      { state: "unseen" },
    ],
  ])("is %s", async (_, shown, told) => {
    expect((await unitHost(native).onUnit(shown))?.program).toMatchObject(told);
  });

  it("is looked for below the unit's own root", async () => {
    const { write, onUnit, at } = unitHost(native);
    write("jail/usr/bin/gunicorn", "", 0o755);
    const shown = native.replace("RootDirectory=", `RootDirectory=${at("jail")}`);
    expect((await onUnit(shown))?.program?.at).toBe(at("jail/usr/bin/gunicorn"));
  });

  it("is none where there is no ExecStart", async () => {
    expect((await unitHost(native).onUnit(native.replace(/\nExecStart=.*/, "")))?.program).toBe(
      undefined,
    );
  });
});

describe("the processes of a unit", () => {
  it.each([
    ["cgroup v2", ""],
    ["the hierarchy of systemd on a hybrid host", "systemd/"],
    ["cgroup v2 beside v1", "unified/"],
  ])("are in %s", async (_, hierarchy) => {
    const { write, onUnit } = unitHost(native);
    write(`cgroup/${hierarchy}system.slice/platform.service/cgroup.procs`, "7\n8\n");
    expect((await onUnit())?.processes).toEqual({ ok: true, value: [7, 8] });
  });

  it("are none where its cgroup is gone, or it has none", async () => {
    const none = { ok: true, value: [] };
    expect((await unitHost(native).onUnit())?.processes).toEqual(none);
    const without = native.replace(/\nControlGroup=.*/, "\nControlGroup=");
    expect((await unitHost(native).onUnit(without))?.processes).toEqual(none);
  });

  it("could not be told where they cannot be read", async () => {
    const { onUnit, at } = unitHost(native);
    mkdirSync(at("cgroup/system.slice/platform.service/cgroup.procs"), { recursive: true });
    expect((await onUnit())?.processes).toMatchObject({ ok: false, failure: { why: "EISDIR" } });
  });
});
