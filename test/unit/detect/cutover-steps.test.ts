import { describe, expect, it } from "vitest";
import { isReady } from "../../../agent/model/cutover-plan.ts";
import { group, orphaned, unreachable } from "../cli/reports.ts";
import { unit, wrapped } from "./audit-build.ts";
import { folder, master, type PlanCase, plan, scripts, target } from "./cutover-build.ts";

function commandsOf(saw: PlanCase): string {
  return plan(saw)
    .steps.flatMap(({ commands }) => commands)
    .join("\n");
}

describe("the steps of a cutover", () => {
  it("has every step of a live one, in their order", () => {
    const made = plan();
    expect(isReady(made)).toBe(true);
    expect(made.steps.map(({ step }) => step)).toEqual([
      "preflight",
      "record",
      "keep-name",
      "set-aside",
      "install",
      "put-away",
      "start",
      "answer",
      "end-old",
      "finish",
    ]);
    expect(made).toMatchObject({
      mode: "live",
      socketActivation: false,
      questions: [],
      refusals: [],
    });
  });

  it("stops all first where it is told to", () => {
    const made = plan({ flags: { clean: true }, socket: unreachable });
    expect(made.mode).toBe("clean");
    expect(made.steps.map(({ step }) => step)).toEqual([
      "preflight",
      "record",
      "stop-all",
      "install",
      "put-away",
      "start",
      "answer",
      "finish",
    ]);
  });

  it("gives files away where it is told to", () => {
    const files = [
      { path: "/l/error.log", state: "not-writable", owner: { uid: 0, gid: 4 }, folders: [] },
    ] as const;
    const saw: PlanCase = { checks: { files }, flags: { fixOwnership: true } };
    expect(target(saw).ownership).toMatchObject([
      { path: "/l/error.log", from: { uid: 0, gid: 4 }, to: { uid: 33, gid: 33 } },
    ]);
    expect(commandsOf(saw)).toContain("chown 33:33 /l/error.log");
  });

  it("never has a TERM for a master", () => {
    for (const clean of [false, true]) {
      const masters = target({ flags: { clean } }).old.groups.flatMap(
        (one) => one.master?.pid ?? [],
      );
      const terms = commandsOf({ flags: { clean } })
        .split("\n")
        .filter((line_) => line_.includes("-TERM"));
      for (const term of terms)
        for (const pid of masters) expect(term.split(" ")).not.toContain(String(pid));
    }
  });

  it.each<[string, PlanCase, string]>([
    [
      "all processes of the unit at once",
      {},
      "PIDs au 11 49 50 51 52 53 68 69 70 71 72 90 KillSignal i 9 0",
    ],
    [
      "as far as its cgroup could be read",
      {
        unit: unit(wrapped, {
          processes: { ok: false, failure: { kind: "denied", what: "x", why: "EACCES" } },
        }),
      },
      "PIDs au 11 49",
    ],
    [
      "a hidden second name",
      {},
      `ln ${folder}/sampleplatform.sock ${folder}/.sampleplatform.sock.onemaster-1`,
    ],
    [
      "as the service's user",
      {},
      "setpriv --reuid=www-data --regid=www-data --init-groups /usr/bin/gunicorn",
    ],
    [
      "as the service's user also where gunicorn stays root",
      { flags: { keepRoot: true } },
      "setpriv --reuid=www-data --regid=www-data --init-groups /usr/bin/gunicorn",
    ],
    [
      "nginx by its host",
      {
        look: {
          nginx: { kind: "read", sites: [{ url: "https://127.0.0.1:443/", host: "example.org" }] },
        },
      },
      "-H 'Host: example.org' https://127.0.0.1:443/",
    ],
    ["another page", { flags: { url: "/health" } }, "http://localhost/health"],
    [
      "orphans in clean mode",
      {
        flags: { clean: true },
        socket: { ...orphaned, groups: [group("orphaned", 49, { master: null })] },
      },
      "kill -TERM 50 51 52 53\nsleep 35\nkill -KILL 50 51 52 53",
    ],
    [
      "a master without workers in clean mode",
      {
        flags: { clean: true },
        socket: { ...unreachable, groups: [group("stranded", 49, { workers: [] })] },
      },
      "kill -STOP 49\nkill -KILL 49",
    ],
    [
      "a dead socket file in clean mode",
      { flags: { clean: true }, socket: { ...unreachable, groups: [] } },
      `rm -f ${folder}/sampleplatform.sock`,
    ],
    [
      "both units where systemd holds the socket",
      { flags: { socketActivation: true } },
      "systemctl stop --job-mode=ignore-dependencies platform.service\n" +
        "systemctl start platform.socket\nsystemctl start platform.service",
    ],
    ["what starts at boot", {}, "systemctl enable platform.service"],
    [
      "secrets without their values",
      { look: { master: master({ environment: new Map([["KEY", "hush"]]) }) } },
      "KEY=…\nEOF\nchmod 0600 /etc/default/platform-native",
    ],
  ])("has commands for %s", (_, saw, command) => {
    expect(commandsOf(saw)).toContain(command);
  });

  it("has no command for what is not there", () => {
    const saw: PlanCase = {
      look: { links: [], scripts: scripts({ initScript: undefined }) },
      flags: { nginx: "none" },
    };
    const commands = commandsOf(saw);
    expect(commands).not.toMatch(/mv |systemctl enable|curl -k|hush/);
    expect(target(saw)).toMatchObject({ enable: [], nginx: null, old: { initScript: null } });
    expect(plan(saw).steps.find(({ step }) => step === "put-away")?.text).toContain(
      "no init script",
    );
  });
});
