import { describe, expect, test } from "vitest";
import type { CutoverStepName } from "../../agent/model/cutover.ts";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import {
  cutoverOn,
  cutoverRecord,
  expectNative,
  expectSysv,
  nativeFile,
} from "./support-cutover.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { type Truth, truthOf } from "./truth.ts";

const limitMs = 300_000;

/** What is wrong, how it is made so, and how it is put right. */
interface Fault {
  readonly what: string;
  readonly words?: readonly string[];
  readonly make?: string;
  readonly mend?: string;
  /** What is said of it. */
  readonly says: RegExp;
}

const readOnly = (path: string): Pick<Fault, "make" | "mend"> => ({
  make: `mount --bind ${path} ${path}; mount -o remount,ro,bind ${path}`,
  mend: `umount ${path}`,
});

/** Found before anything is changed. */
const refused: readonly Fault[] = [
  {
    what: "the program is not there",
    words: ["--program", "/usr/bin/gunicorn-that-is-not-there"],
    says: /gunicorn-that-is-not-there/,
  },
  {
    what: "the application does not load",
    make: `echo 'raise RuntimeError("broken")' >>${platform.root}/run.py`,
    mend: `sed -i '$d' ${platform.root}/run.py`,
    says: /RuntimeError: broken/,
  },
  {
    what: "the user cannot enter the working directory's parent",
    make: "chmod 0700 /var/www",
    mend: "chmod 0755 /var/www",
    says: /nothing was changed/,
  },
  {
    what: "nginx is stopped",
    make: "systemctl stop nginx.service",
    mend: "systemctl start nginx.service",
    says: /nginx/,
  },
  {
    what: "acting is paused",
    make: "mkdir -p /var/lib/onemaster; touch /var/lib/onemaster/pause",
    mend: "rm /var/lib/onemaster/pause",
    says: /pause stands/,
  },
  {
    what: "the record cannot be written",
    make: "mkdir -p /var/lib/onemaster; mount -t tmpfs -o ro none /var/lib/onemaster",
    mend: "umount /var/lib/onemaster",
    says: /EROFS/,
  },
];

/** Met on the way, and undone. */
const undone: readonly Fault[] = [
  { what: "no unit can be written", ...readOnly("/etc/systemd/system"), says: /install: .*EROFS/ },
  {
    what: "the script cannot be taken away",
    ...readOnly("/etc/init.d"),
    says: /put-away: .*EROFS/,
  },
  {
    what: "the disk is full by the time that the script has to come back",
    make:
      "cp -a /etc/init.d /root/scripts; mount -t tmpfs -o size=256k none /etc/init.d; " +
      "cp -a /root/scripts/. /etc/init.d/; systemd-run --quiet --unit=filler sh -c " +
      "'while [ -e /etc/init.d/platform ]; do sleep 0.01; done; cat /dev/zero >/etc/init.d/full'; " +
      `echo 'if os.path.exists("${nativeFile}"): raise RuntimeError("broken")' >>${platform.root}/run.py`,
    mend:
      "test -s /etc/init.d/full && ! sh -c 'echo 1 >/etc/init.d/more' && rm /etc/init.d/more && " +
      "diff -r --exclude=full /root/scripts /etc/init.d && umount /etc/init.d && " +
      `sed -i '$d' ${platform.root}/run.py`,
    says: /answer: nothing stands at|answer: platform\.service failed/,
  },
  {
    what: "the application loads in the trial and not in the unit",
    make: `echo 'if os.path.exists("${nativeFile}"): raise RuntimeError("broken")' >>${platform.root}/run.py`,
    mend: `sed -i '$d' ${platform.root}/run.py`,
    says: /answer: nothing stands at|answer: platform\.service failed/,
  },
];

describe.each(releases)("on %s", (release) => {
  test(
    "what would fail is found before anything is changed",
    async (context) => {
      const { host, truth } = await sysvPlatform(context, release, { holdMib: 1 });
      for (const fault of refused) {
        await madeSo(host, fault);
        expect(await expectSysv(host), `after: ${fault.what}`).toEqual(truth);
        expect((await host.attempt(["ls", "/var/lib/onemaster-cutover"])).exitCode).toBe(2);
      }
    },
    limitMs,
  );

  test(
    "what fails on the way is undone, and the same master serves on",
    async (context) => {
      const { host, truth } = await sysvPlatform(context, release, { holdMib: 1 });
      for (const fault of undone) {
        const { load } = await whileLoaded(host, () => madeSo(host, fault), {
          perSecond: 200,
          limitS: 100,
        });
        expect(await expectSysv(host), `after: ${fault.what}`).toEqual(truth);
        expect((await cutoverRecord(host)).outcome).toBe("undone");
        const { failed, asked } = load;
        process.stderr.write(`${release}, ${fault.what}: ${failed} of ${asked} requests failed\n`);
      }
    },
    limitMs,
  );

  test(
    "somebody restarts the service while it goes on: a master serves, and all can be done again",
    async (context) => {
      const { host } = await sysvPlatform(context, release, { holdMib: 1 });
      for (const step of ["set-aside", "install", "put-away", "start", "answer"] as const) {
        const applying = cutoverOn(host, "apply", "--yes");
        await begun(host, step);
        await host.attempt(["systemctl", "restart", platform.unit]);
        const { exitCode, stdout, stderr } = await applying;
        const { outcome, ending } = await cutoverRecord(host);
        process.stderr.write(`${release}, restarted in ${step}: ${outcome}: ${ending}\n`);
        expect(outcome, `${stdout}${stderr}`).toMatch(/^(?:done|undone)$/);
        expect(exitCode).toBe(outcome === "done" ? 0 : 1);
        const { owner } = await serving(host);
        expect(owner).not.toBeNull();
        await host.attempt(["systemctl", "reset-failed", platform.unit]);
        if (outcome === "done") await backAgain(host);
        // what the restart itself left behind is the incident, and not ours
        await host.run("systemctl kill --signal=KILL platform.service || true");
        await host.run("pkill -KILL gunicorn || true");
        await host.run(`rm -f ${platform.pidfile}; systemctl restart ${platform.unit}`);
        await expectSysv(host);
      }
    },
    limitMs,
  );
});

async function madeSo(
  host: TestHost,
  { what, words = [], make, mend, says }: Fault,
): Promise<void> {
  if (make !== undefined) await host.run(make);
  try {
    const { exitCode, stdout, stderr } = await cutoverOn(host, "apply", "--yes", ...words);
    expect(exitCode, `${what}: ${stdout}${stderr}`).toBe(1);
    expect(stderr, `what is said when ${what}`).toMatch(says);
  } finally {
    if (mend !== undefined) await host.run(mend);
  }
}

/** Waits until the cutover under way is at this step, or past it. */
async function begun(host: TestHost, step: CutoverStepName): Promise<void> {
  await waitFor(
    `step ${step} to be begun`,
    async () => {
      const { outcome, steps } = await cutoverRecord(host);
      return outcome === null && steps.some((one) => one.step === step);
    },
    60_000,
  );
}

async function serving(host: TestHost): Promise<Truth> {
  return await waitFor("somebody to serve", async () => {
    const truth = await truthOf(host);
    return truth.owner !== null && truth;
  });
}

async function backAgain(host: ContainerHost): Promise<void> {
  await expectNative(host);
  const { exitCode, stderr } = await cutoverOn(host, "rollback", "--yes");
  expect(exitCode, `said: ${stderr}`).toBe(0);
}
