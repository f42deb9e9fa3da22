import { platform } from "../testbed/incident.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** Where somebody is when starting a gunicorn by hand. */
export type Whereabouts = "a login session" | "no unit at all";

/** The unit of a login session, as pam_systemd names it. */
export const session = "session-7.scope";

const gunicorn = [
  "/usr/bin/gunicorn --workers 4 --user www-data --group www-data --umask 007",
  `--chdir ${platform.root} --bind unix:${platform.socket} run:app`,
].join(" ");

/**
 * Starts a gunicorn on the platform's path as somebody at a prompt would, beside or without the
 * platform's unit, in the foreground of that prompt or as a daemon. Does not wait for it.
 */
export async function startByHand(
  host: TestHost,
  where: Whereabouts,
  how: "in the foreground" | "as a daemon",
): Promise<void> {
  const start = `${entering(where)} ${gunicorn}`;
  await host.run(
    how === "as a daemon"
      ? `${start} --daemon`
      : `setsid sh -c '${start}' </dev/null >/dev/null 2>&1 &`,
  );
}

/** What makes the shell that runs it, or the command after it, a part of the place. */
function entering(where: Whereabouts): string {
  switch (where) {
    case "a login session":
      return `systemd-run --quiet --scope --slice=user-0.slice --unit=${session}`;
    case "no unit at all":
      return "mkdir -p /sys/fs/cgroup/by-hand; echo $$ >/sys/fs/cgroup/by-hand/cgroup.procs; exec";
  }
}
