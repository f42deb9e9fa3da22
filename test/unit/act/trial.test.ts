import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { HostTool } from "../../../agent/act/host-tool.ts";
import type { CutoverService } from "../../../agent/model/cutover.ts";
import { prepareTrial } from "../../../agent/act/trial.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { cutover } from "../history/cutovers.ts";

interface Tried {
  readonly runtime: string;
  readonly own: string;
  readonly asked: readonly string[];
  readonly check: () => Promise<string | undefined>;
  readonly end: () => Promise<string | undefined>;
  readonly start: () => Promise<string | undefined>;
}

/** A trial below a folder of its own, by a systemd that agrees to everything. */
async function trial(
  change: Partial<Pick<CutoverService, "otherBinds" | "keepsRoot">> = {},
): Promise<Tried> {
  const runtime = temporaryFolder("trial");
  const asked: string[] = [];
  const tool: HostTool = (program, words) => {
    asked.push([program, ...words].join(" "));
    return Promise.resolve({ ok: true, stdout: "", said: [], why: "" });
  };
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const service = {
    ...cutover().target.service,
    ...change,
    user: { name: "me", uid: me.uid },
    group: { name: "me", gid: me.gid },
    environmentFiles: ["/etc/default/platform-native"],
  };
  const files = [
    { path: "/etc/default/platform-native", mode: 0o600, text: "A=b\n", secret: true },
  ];
  const made = await prepareTrial({ service, files, ownership: [] }, runtime, tool);
  const own = join(made.socket, "..");
  const { check, end, start } = made;
  return { runtime, own, asked, check, end, start };
}

it("binds its own path and no other", async () => {
  const { own, asked, start } = await trial({
    otherBinds: [":8000", "unix:/var/../var/www/x.sock"],
  });
  expect(await start()).toBeUndefined();
  expect(asked[0]).toContain(`--bind unix:${own}/trial.sock`);
  expect(asked[0]).not.toMatch(/:8000|x\.sock/);
});

it.each([
  ["the service's user", false],
  ["root, where its master stays that", true],
])(
  "loads the application as the service's user alone, and starts it as %s",
  async (_, keepsRoot) => {
    const { asked, check, start } = await trial({ keepsRoot });
    expect(await check()).toBeUndefined();
    expect(await start()).toBeUndefined();
    const [checked = "", started = ""] = asked;
    expect(checked).toMatch(/--property=User=me --property=Group=me .*--check-config/);
    expect(started.includes("--property=User=me --property=Group=me ")).toBe(!keepsRoot);
  },
);

it("leaves nothing behind where it could not be prepared, and says why", async () => {
  const runtime = temporaryFolder("trial");
  const { service, ...rest } = cutover().target;
  const names = ["/etc/default/one", "/etc/default/two"];
  const [first, second] = names.map((path) => ({ path, mode: 0o600, text: "A=b\n", secret: true }));
  const full = {
    ...second!,
    get text(): string {
      throw new Error("ENOSPC: no space left on device");
    },
  };
  const tool: HostTool = () => Promise.reject(new Error("nothing is to be run"));
  const target = {
    ...rest,
    service: { ...service, keepsRoot: true, environmentFiles: names },
    files: [first!, full],
  };
  await expect(prepareTrial(target, runtime, tool)).rejects.toThrow(
    "ENOSPC: no space left on device",
  );
  expect(readdirSync(runtime)).toEqual([]);
});

it("leaves nothing behind", async () => {
  const { runtime, own, end } = await trial();
  writeFileSync(join(own, "trial.sock"), "");
  expect(await end()).toBeUndefined();
  expect(readdirSync(runtime)).toEqual([]);
});

it("leaves what the service's user has put there, and says so", async () => {
  const { runtime, own, end } = await trial();
  const precious = join(runtime, "precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "file"), "");
  symlinkSync(precious, join(own, "link"));
  expect(await end()).toMatch(/own is left \(ENOTEMPTY\); .* is left \(ENOTEMPTY\)$/);
  expect(existsSync(join(precious, "file"))).toBe(true);
});
