import { expect, test } from "vitest";
import { platform } from "../testbed/incident.ts";
import { releases } from "../testbed/test-host.ts";
import { cutoverOn } from "./support-cutover.ts";
import { stopAndStart, sysvPlatform } from "./sysv-platform.ts";
import { truthOf } from "./truth.ts";

const limitMs = 300_000;
const { root } = platform;

test.for(releases)(
  "--keep-root on %s: who writes the working directory decides what root runs, so it is refused",
  { timeout: limitMs },
  async (release, context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 1 });
    // gunicorn's master imports it, as root and under the init script too
    const trap = `import os; open("/tmp/master-ran", "a").write(f"{os.getuid()}\\\\n"); raise ImportError`;
    await host.run(`printf '${trap}\\n' | install -o www-data /dev/stdin ${root}/pickle.py`);
    await host.attempt(
      `cd ${root} && timeout 20 gunicorn -w 1 -u www-data -g www-data -b unix:/run/x.sock run:app`,
    );
    expect(await host.run("sort -u /tmp/master-ran")).toBe("0\n");
    await host.run(`rm ${root}/pickle.py /tmp/master-ran`);
    const refused = await cutoverOn(host, "apply", "--yes", "--keep-root");
    process.stderr.write(`${release}: ${refused.stderr}`);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/not-roots.*\/var\/www\/sample-platform/s);
  },
);

test.for(releases)(
  "--keep-root on %s: where all is root's the master stays it, and root loads no application",
  { timeout: limitMs },
  async (release, context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 1 });
    await host.run(`chown -R root:root ${root}`);
    await host.write(
      "/root/says.py",
      `\nimport os\nopen("/tmp/loaded-by", "a").write(f"{os.getuid()}\\n")\n`,
    );
    await host.run(`cat /root/says.py >>${root}/run.py; install -m 666 /dev/null /tmp/loaded-by`);
    await stopAndStart(host);
    const applied = await cutoverOn(host, "apply", "--yes", "--keep-root");
    process.stderr.write(`${release}: ${applied.stdout}${applied.stderr}`);
    expect(applied.exitCode).toBe(0);
    const { masters } = await truthOf(host);
    expect(masters).toHaveLength(1);
    const [{ pid, workers } = { pid: 0, workers: [] }] = masters;
    const uid = async (one: number | undefined): Promise<string> =>
      (await host.run(`stat --format=%u /proc/${one}`)).trim();
    expect([await uid(pid), await uid(workers[0])]).toEqual(["0", "33"]);
    expect(await host.run("sort -u /tmp/loaded-by")).toBe("33\n");
    const verified = await cutoverOn(host, "verify");
    expect(verified).toMatchObject({ exitCode: 0 });
  },
);
