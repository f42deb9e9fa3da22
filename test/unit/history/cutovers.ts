import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";

/** The record of a cutover as it begins, with what is given put into it. */
export function cutover(change: Partial<CutoverRecord> = {}): CutoverRecord {
  return {
    schema: 1,
    unit: "platform.service",
    bootId: "5d2f0a4e-0000-4000-8000-000000000000",
    mode: "live",
    socketActivation: false,
    target: {
      service: {
        name: "platform.service",
        program: "/usr/bin/gunicorn",
        words: ["-w", "4"],
        otherBinds: [],
        app: "run:app",
        bind: "unix:/run/app/app.sock",
        serviceType: "notify",
        user: { name: "www-data", uid: 33 },
        group: { name: "www-data", gid: 33 },
        keepsRoot: false,
        workingDirectory: "/srv/app",
        environmentFiles: ["/etc/default/platform"],
        workers: 4,
        version: "20.1.0",
        stopTimeoutMs: 30_000,
      },
      socket: {
        path: "/run/app/app.sock",
        file: { device: 26, inode: 4_711 },
        mode: 0o770,
        uid: 33,
        gid: 33,
        ownerText: "www-data:www-data",
        url: "/",
      },
      nginx: { url: "http://127.0.0.1:80/", host: null },
      old: {
        unit: "platform.service",
        kind: "sysv",
        initScript: "/etc/init.d/platform",
        links: [{ path: "/etc/rc2.d/S01platform", target: "../init.d/platform" }],
        launcher: null,
        pidfile: { path: "/run/app/gunicorn.pid", pid: 68 },
        fragmentPath: "/run/systemd/generator.late/platform.service",
        activeState: "active",
        groups: [],
        inCgroup: [68, 69],
      },
      files: [
        {
          path: "/etc/systemd/system/platform.service",
          mode: 0o644,
          secret: false,
          sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        },
      ],
      enable: ["platform.service"],
      start: ["platform.service"],
      ownership: [],
      scope: "onemaster-before-platform.scope",
      backup: "/var/lib/onemaster-cutover/platform.service.backup",
    },
    startedAt: "2026-11-23T00:39:55.982Z",
    endedAt: null,
    outcome: null,
    ending: null,
    undoing: null,
    served: { master: { pid: 68, startTicks: 4_242 }, listenerInode: 25_453 },
    keptName: "/run/app/.app.sock.onemaster-1",
    folderMode: null,
    aside: [{ pid: 68, startTicks: 4_242 }],
    scriptSha256: null,
    statusBefore: { socket: 200, nginx: 200 },
    steps: [
      {
        step: "keep-name",
        at: "2026-11-23T00:39:55.990Z",
        result: "done",
        tookMs: 36,
        text: "a second name",
      },
    ],
    measured: null,
    ...change,
  };
}

/** One that has ended as it should. */
export const doneCutover: CutoverRecord = cutover({
  endedAt: "2026-11-23T00:40:06.935Z",
  outcome: "done",
  ending: "master 1097 owns /run/app/app.sock, has 4 workers and answers",
  measured: [
    { through: "socket", asked: 1_058, failed: 0, downMs: 0, slowestMs: 12, failures: [] },
    {
      through: "nginx",
      asked: 1_057,
      failed: 2,
      downMs: 10,
      slowestMs: 9_000,
      failures: [{ why: "answered 502", times: 2 }],
    },
  ],
});
