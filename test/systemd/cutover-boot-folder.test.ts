import { expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { installPlatform, platform } from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { bootedAgain } from "./support-cutover.ts";
import { expectEnd } from "./support-cutover-states.ts";

const limitMs = 240_000;
const folder = "/run/platform";
const socket = `${folder}/sampleplatform.sock`;

test(
  "a folder of the socket that only the init script makes is asked for first, and no way back needs it",
  async (context) => {
    const host = await testHost(context, { release: "bookworm", name: "web1" });
    await installPlatform(host, { holdMib: 1 });
    await host.run(
      `sed -i 's#unix:[a-z.]*"#unix:${socket}"#' ${platform.root}/bootstrap_gunicorn.py
      sed -i 's#unix:[^;]*;#unix:${socket};#' /etc/nginx/sites-enabled/platform
      sed -i 's#cd "$root" &&#install -d -o www-data -g www-data ${folder} \\&\\& &#' /etc/init.d/platform`,
    );
    await installAgent(host);
    await host.run("systemctl start platform.service nginx.service");
    await answering(host);

    const refused = await expectEnd(host, 1, "apply");
    const cure = /gone after a boot, .*: write "(d [^"]*)" to (\S*)/.exec(refused);
    expect(cure?.slice(1), refused).toEqual([
      "d /run/platform 0755 33 33 -",
      "/etc/tmpfiles.d/platform.conf",
    ]);
    await host.write(cure?.[2] ?? "", `${cure?.[1]}\n`);
    await expectEnd(host, 0, "apply");

    const later = await bootedAgain(context, host);
    await installAgent(later);
    await later.run("systemctl start nginx.service");
    await answering(later);
    expect(await serviceFile(later)).toBe(`/etc/systemd/system/${platform.unit}`);

    await later.run(`systemctl stop ${platform.unit}; rm /etc/tmpfiles.d/platform.conf`);
    await later.run(["rmdir", folder]);
    await expectEnd(later, 0, "rollback");
    await answering(later);
    expect(await serviceFile(later)).toBe(`/run/systemd/generator.late/${platform.unit}`);
  },
  limitMs,
);

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
