import { describe, expect, it, type TestContext } from "vitest";
import type { CutoverPlan } from "../../agent/model/cutover-plan.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, makeDuplicate, platform, startPlatform } from "../testbed/incident.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import { testHost } from "./host-fixture.ts";
import { standingOn } from "./support-cutover.ts";
import { twoMasters } from "./support-truth.ts";

const { root, socket, unit } = platform;

async function planHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installAgent(host);
  return host;
}

async function planOn(host: ContainerHost, ...words: readonly string[]): Promise<CutoverPlan> {
  const ran = await host.run(["onemaster", "cutover", "plan", "--json", ...words]);
  return JSON.parse(ran) as CutoverPlan;
}

function reasons({ refusals }: CutoverPlan): readonly string[] {
  return refusals.map(({ reason }) => reason);
}

function value(plan: CutoverPlan, name: string): string {
  const found = plan.values.find((one) => one.name === name);
  return `${found?.value} | ${found?.source}`;
}

describe.each(releases)("onemaster cutover plan on %s", (release) => {
  it("makes the unit from the launcher's text, behind a title, and changes nothing", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { holdMib: 1 });
    await startPlatform(host);
    const { stale, serving } = await makeDuplicate(host);
    await twoMasters(host);
    const before = await standingOn(host);
    const files = await host.run(`find /etc ${root} -newer /etc/hostname -type f | sort`);

    const plan = await planOn(host);
    expect(plan).toMatchObject({ refusals: [], questions: [], mode: "live" });
    expect(plan.target).toMatchObject({
      service: {
        program: "/usr/bin/gunicorn",
        app: "run:app",
        serviceType: "notify",
        user: { name: "www-data", uid: 33 },
        workers: 4,
        environmentFiles: ["/etc/default/platform"],
      },
      socket: { path: socket, mode: 0o770, uid: 33, gid: 33 },
      nginx: { url: "http://127.0.0.1:80/", host: null },
      old: { unit, kind: "sysv", initScript: "/etc/init.d/platform" },
    });
    const masters = plan.target?.old.groups.map(({ role, master }) => `${role} ${master?.pid}`);
    expect(masters?.toSorted()).toEqual([`serving ${serving}`, `stale ${stale}`]);
    expect(value(plan, "app")).toBe(`run:app | ${root}/bootstrap_gunicorn.py line 7`);
    expect(plan.today.join("\n")).toMatch(
      /kill-mode: KillMode=process.*journal: in 30 days 1 stop/s,
    );

    expect(await standingOn(host)).toEqual(before);
    expect(await host.run(`find /etc ${root} -newer /etc/hostname -type f | sort`)).toBe(files);
    expect(await host.run(["onemaster", "cutover", "apply", "--no-color"])).toContain(
      "onemaster cutover apply --yes",
    );
    expect(await standingOn(host)).toEqual(before);
  });

  it("writes a unit that systemd has nothing to say against", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { holdMib: 1 });
    await startPlatform(host);
    const plan = await planOn(host, "--name", "web", "--socket-activation");
    for (const { path, text } of plan.target?.files ?? []) await host.write(path, text);
    const { stdout, stderr } = await host.attempt(
      "systemd-analyze verify /etc/systemd/system/web.service /etc/systemd/system/web.socket",
    );
    expect(stdout + stderr).not.toMatch(/web\.(?:service|socket)/);
    expect(plan.target?.files).toHaveLength(2);
  });

  it("takes a command line that no title hides, and its environment, whose values it keeps", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { holdMib: 1, gunicornOptions: "--keep-alive 7" });
    await host.run("rm -rf /usr/lib/python3/dist-packages/setproctitle*");
    await host.run("printf 'KEY=hush\\nexport KEY\\n' >/etc/default/secret");
    await host.run(`sed -i '/set +a/i . /etc/default/secret' /etc/init.d/platform`);
    await host.run("systemctl daemon-reload");
    await startPlatform(host);
    // what is no more in the launcher still runs
    await host.run(`sed -i 's/"--capture-output",//' ${root}/bootstrap_gunicorn.py`);

    const plan = await planOn(host);
    expect(plan).toMatchObject({ refusals: [], questions: [] });
    expect(value(plan, "arguments")).toMatch(
      /--capture-output .*--keep-alive 7 \| command line of/,
    );
    expect(plan.target?.service.environmentFiles).toContain("/etc/default/platform-native");
    const shown = await host.run(["onemaster", "cutover", "plan", "--no-color"]);
    expect(shown).toContain("/etc/default/platform-native (KEY)");
    expect(shown + JSON.stringify(plan)).not.toContain("hush");
  });

  it("asks for what only running the scripts would tell, and is ready once it is told", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { holdMib: 1 });
    await host.run(
      `sed -i 's/"--timeout", "120"/"--timeout", str(60 * 2)/' ${root}/bootstrap_gunicorn.py`,
    );
    await startPlatform(host);
    const asked = await planOn(host);
    expect(asked.questions).toMatchObject([{ about: "arguments", flag: "--arguments" }]);
    const told = await planOn(
      host,
      "--arguments",
      `--timeout 120 --log-file ${root}/logs/error.log`,
    );
    expect(told).toMatchObject({ refusals: [], questions: [] });
    expect(told.target?.service.words).toEqual([
      "-w",
      "4",
      "--timeout",
      "120",
      "--log-file",
      `${root}/logs/error.log`,
      "-m",
      "007",
    ]);
  });

  it("refuses what could not work, and says what would", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { holdMib: 1 });
    await startPlatform(host);
    expect(reasons(await planOn(host, "--program", "/usr/bin/gunicorn9"))).toEqual(["program"]);
    expect(reasons(await planOn(host, "--user", "nobody"))).toContain("folder");
    expect(reasons(await planOn(host, "--user", "nobody9"))).toEqual(["user"]);
    expect(reasons(await planOn(host, "--nginx", "http://127.0.0.1:81/"))).toEqual(["nginx"]);
    await host.run(`echo 'daemon = True' >${root}/gunicorn.conf.py`);
    expect(reasons(await planOn(host))).toEqual(["settings-file"]);
    await host.run(`rm ${root}/gunicorn.conf.py; chown root:root ${root}/logs/error.log`);
    await host.run(`chmod 600 ${root}/logs/error.log`);
    expect(reasons(await planOn(host))).toEqual(["ownership"]);
    expect(reasons(await planOn(host, "--keep-root"))).toEqual(["not-roots"]);
    const fixed = await planOn(host, "--fix-ownership");
    expect(fixed.target?.ownership).toMatchObject([{ path: `${root}/logs/error.log` }]);
    const asNobody = ["setpriv", "--reuid=65534", "--clear-groups", "onemaster", "cutover", "plan"];
    expect(await host.run(asNobody)).toMatch(/blind|not-root/);
  });

  it("has nothing to do on a host that is native", async (context) => {
    const host = await planHost(context, release);
    await installPlatform(host, { service: "native", holdMib: 1 });
    await startPlatform(host);
    expect(reasons(await planOn(host))).toEqual(["already-native"]);
    expect(await host.run(["onemaster", "cutover", "plan"])).toMatch(
      /^nothing to do: platform\.service is a native unit/,
    );
  });
});
