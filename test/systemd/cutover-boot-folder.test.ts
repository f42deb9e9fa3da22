import { expect, test, type TestContext } from "vitest";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, platform } from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { bootedAgain, cutoverRecord } from "./support-cutover.ts";
import { expectEnd } from "./support-cutover-states.ts";

const limitMs = 240_000;
const folder = "/run/platform";
const socket = `${folder}/sampleplatform.sock`;
const native = `/etc/systemd/system/${platform.unit}`;

test(
  "a folder of the socket that only the init script makes is asked for first, and no way back needs it",
  async (context) => {
    const host = await platformBelowRun(context, "bookworm");
    await host.run(
      `sed -i 's#cd "$root" &&#install -d -o www-data -g www-data ${folder} \\&\\& &#' /etc/init.d/platform
      systemctl start platform.service nginx.service`,
    );
    await answering(host);

    const refused = await expectEnd(host, 1, "apply");
    const cure = /gone after a boot, .*: write "(d [^"]*)" to (\S*)/.exec(refused);
    expect(cure?.slice(1), `it said: ${refused}`).toEqual([
      "d /run/platform 0755 33 33 -",
      "/etc/tmpfiles.d/platform.conf",
    ]);
    // a line without an owner makes it root's, in which www-data binds nothing
    await host.write(cure?.[2] ?? "", `d ${folder}\n`);
    const other = await expectEnd(host, 1, "apply");
    expect(other).toContain(`${folder} is made anew by a boot as 0755 root root`);
    expect(other).toContain(`write "${cure?.[1]}" in the place of that line`);
    await host.write(cure?.[2] ?? "", `${cure?.[1]}\n`);
    await expectEnd(host, 0, "apply");

    const later = await servedAfterBoot(context, host);
    await later.run(`systemctl stop ${platform.unit}; rm /etc/tmpfiles.d/platform.conf`);
    await later.run(["rmdir", folder]);
    await expectEnd(later, 0, "rollback");
    await answering(later);
    expect(await serviceFile(later)).toBe(`/run/systemd/generator.late/${platform.unit}`);
  },
  limitMs,
);

test(
  "a folder of the socket that systemd makes for the unit has to outlast its stop, and a stop runs nothing",
  async (context) => {
    const host = await platformBelowRun(context, "trixie");
    const dropIn = `${native}.d/run.conf`;
    const made = "[Service]\nRuntimeDirectory=platform\n";
    await host.write(dropIn, made);
    await host.run(
      `systemctl daemon-reload
      systemctl start platform.service nginx.service
      chown www-data:www-data ${folder}`,
    );
    await answering(host);

    expect(await expectEnd(host, 1, "apply")).toContain(
      "a stop of the unit removes /run/platform (RuntimeDirectory=), and the live socket with it",
    );
    await host.write(dropIn, `${made}RuntimeDirectoryPreserve=yes\n`);
    // one for all services of the host
    const all = "/etc/systemd/system/service.d/stop.conf";
    await host.write(all, "[Service]\nExecStopPost=/bin/true\n");
    await host.run("systemctl daemon-reload");
    expect(await expectEnd(host, 1, "apply")).toContain(
      `${all}: ExecStopPost= would be run while the old masters serve`,
    );
    const runs = `${native}.d/stop.conf`;
    await host.write(runs, `[Service]\nExecStopPost=/bin/rm -f ${socket}\n`);
    await host.run("systemctl daemon-reload");
    expect(await expectEnd(host, 1, "apply")).toContain(
      `${runs}: ExecStopPost= would be run while the old masters serve`,
    );
    const otherwise = `${native}.d/type.conf`;
    await host.write(otherwise, "[Service]\nType=forking\n");
    await host.run("systemctl daemon-reload");
    expect(await expectEnd(host, 1, "apply", "--clean")).toContain(
      `${otherwise}: Type= would hold for the native unit too`,
    );
    await host.run(`rm ${otherwise}`);
    // as a package would have it, and its operator has masked it, and all others of that name
    const packaged = `/usr/lib/systemd/system/${platform.unit}.d`;
    await host.run(
      `mkdir ${packaged}; mv ${runs} ${packaged}/; ln -s /dev/null ${runs}; systemctl daemon-reload`,
    );
    await expectEnd(host, 0, "apply");
    const failed = (await cutoverRecord(host)).measured?.map((asked) => asked.failed) ?? [];
    // the one instant of the new bind
    expect(Math.max(...failed)).toBeLessThanOrEqual(2);
    await servedAfterBoot(context, host);
  },
  limitMs,
);

/** The platform with its socket below /run. Started by whoever makes the folder. */
async function platformBelowRun(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1", goesFirst: true });
  await installPlatform(host, { holdMib: 1 });
  await host.run(
    `sed -i 's#unix:[a-z.]*"#unix:${socket}"#' ${platform.root}/bootstrap_gunicorn.py
    sed -i 's#unix:[^;]*;#unix:${socket};#' /etc/nginx/sites-enabled/platform`,
  );
  await installAgent(host);
  return host;
}

async function servedAfterBoot(context: TestContext, host: ContainerHost): Promise<ContainerHost> {
  const later = await bootedAgain(context, host);
  await installAgent(later);
  await later.run("systemctl start nginx.service");
  await answering(later);
  expect(await serviceFile(later)).toBe(native);
  return later;
}

async function answering(host: TestHost): Promise<void> {
  const ask = ["curl", "--silent", "--fail", "--max-time", "10", "http://127.0.0.1/"];
  await waitFor(
    `${host.name} to answer`,
    async () => ((await host.attempt(ask)).exitCode === 0 ? true : undefined),
    60_000,
  );
}

async function serviceFile(host: TestHost): Promise<string> {
  const show = ["systemctl", "show", "--value", "--property=FragmentPath", platform.unit];
  return (await host.run(show)).trim();
}
