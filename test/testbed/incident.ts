import { readFileSync } from "node:fs";
import { waitFor } from "../support/wait.ts";
import type { TestHost } from "./test-host.ts";

const root = "/var/www/sample-platform";

/** The names of the production service. */
export const platform = {
  root,
  unit: "platform.service",
  socket: `${root}/sampleplatform.sock`,
  pidfile: `${root}/gunicorn.pid`,
  errorLog: `${root}/logs/error.log`,
} as const;

/** How the platform is set up; what is absent is as in production. */
export interface PlatformOptions {
  /**
   * `sysv`: the init script wrapped by systemd-sysv-generator, `native`: its cure,
   * `socket-activated`: systemd holds the listener.
   */
  readonly service?: "sysv" | "native" | "socket-activated";
  /** Anonymous memory that each worker takes at its start, in MiB. Absent: 60. */
  readonly holdMib?: number;
  /** More options for a gunicorn started by the init script, as a shell writes them. */
  readonly gunicornOptions?: string;
  /** What nginx listens on. Absent: port 80 of every address. */
  readonly listen?: string;
}

/** Installs the platform, with nginx in front, as the production host had it. Starts nothing. */
export async function installPlatform(
  host: TestHost,
  { service = "sysv", holdMib = 60, gunicornOptions = "", listen = "80" }: PlatformOptions = {},
): Promise<void> {
  await host.run(`install -d -o www-data -g www-data ${root} ${root}/logs`);
  await host.write(`${root}/run.py`, fixture("run.py"));
  await host.write(`${root}/bootstrap_gunicorn.py`, fixture("bootstrap_gunicorn.py"));
  const defaults = `HOLD_MB=${holdMib}\nGUNICORN_OPTIONS="${gunicornOptions}"\n`;
  await host.write("/etc/default/platform", defaults);
  const site = fixture("nginx.conf").replace("@LISTEN@", listen);
  await host.write("/etc/nginx/sites-enabled/platform", site);
  await installService(host, service);
}

async function installService(
  host: TestHost,
  service: NonNullable<PlatformOptions["service"]>,
): Promise<void> {
  switch (service) {
    case "sysv":
      await host.write("/etc/init.d/platform", fixture("platform.init"), 0o755);
      // as update-rc.d links it
      await host.run(
        "for level in 2 3 4 5; do ln -sf ../init.d/platform /etc/rc$level.d/S01platform; done",
      );
      break;
    case "native":
      await host.write("/etc/systemd/system/platform.service", fixture("native.service"));
      break;
    case "socket-activated":
      await host.write("/etc/systemd/system/platform.socket", fixture("activated.socket"));
      await host.write("/etc/systemd/system/platform.service", fixture("activated.service"));
      break;
  }
  await host.run("systemctl daemon-reload");
}

/** Starts the platform and nginx, and waits until a request through nginx is answered. */
export async function startPlatform(host: TestHost): Promise<void> {
  await host.run("systemctl start platform.service nginx.service");
  await answering(host);
}

/**
 * Waits until the path's owner answers a request with an answer of the application, and gives
 * the pid of that owner as the host counts pids.
 */
export async function answering(host: TestHost): Promise<number> {
  const ask = ["curl", "--silent", "--fail", "--max-time", "10", "--unix-socket", platform.socket];
  return await waitFor(
    `${host.name} to answer`,
    async () => {
      const { exitCode, stdout } = await host.attempt([...ask, "http://platform/"]);
      if (exitCode !== 0) {
        return undefined;
      }
      const said: unknown = JSON.parse(stdout);
      return typeof said === "object" && said !== null && "parent" in said
        ? Number(said.parent)
        : undefined;
    },
    60_000,
  );
}

/**
 * Makes the second master by the chain of the incident: the pidfile goes missing, so the stop
 * of `systemctl restart` kills nothing, and the start adds a master that takes the path. Answers
 * the pids of the two masters as the host counts them.
 */
export async function makeDuplicate(
  host: TestHost,
): Promise<{ readonly stale: number; readonly serving: number }> {
  const stale = await answering(host);
  await host.run(["rm", platform.pidfile]);
  await host.run("systemctl restart platform.service");
  const serving = await waitFor(
    "the second master to take the path",
    async () => {
      const owner = await answering(host);
      return owner === stale ? undefined : owner;
    },
    60_000,
  );
  return { stale, serving };
}

function fixture(name: string): string {
  return readFileSync(new URL(`incident/${name}`, import.meta.url), "utf8");
}
