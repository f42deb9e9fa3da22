import { describe, expect, it } from "vitest";
import { nativeUnitLines, umaskFor } from "../../../agent/detect/audit-native-unit.ts";
import { shellWord, unitWord } from "../../../agent/detect/audit-shell.ts";
import { group } from "../cli/reports.ts";
import { type AuditedCase, head, itemOf, unit, unitSocket, wrapped } from "./audit-build.ts";

const script = "/etc/init.d/platform";
const links = ["/etc/rc2.d/S01platform"];
const facts = {
  defaultsFile: "/etc/default/platform",
  initScript: { ok: true, value: { path: script, executable: true, redirects: false, links } },
} as const;

function linesFor(saw: AuditedCase): readonly string[] {
  const fix = itemOf({ properties: wrapped, ...saw }, "generated")?.fix ?? "";
  return fix.split("\n");
}

function commandFor(args: readonly string[]): string | undefined {
  return linesFor({ heads: [head(68, { args })] }).find((line) => line.startsWith("ExecStart="));
}

describe("the native unit in place of an init script", () => {
  it("is a whole file, and the old start is put away", () => {
    expect(linesFor({ facts })).toEqual([
      "# live, with every option: onemaster cutover plan",
      `# add to ExecStart the other options that ${script} gives gunicorn`,
      "cat >/etc/systemd/system/platform.service <<'EOF'",
      "[Unit]",
      "Description=platform",
      "After=network.target",
      "",
      "[Service]",
      "Type=simple",
      "User=www-data",
      "Group=www-data",
      "WorkingDirectory=/var/www/sample-platform",
      "EnvironmentFile=-/etc/default/platform",
      "ExecStart=/usr/bin/gunicorn -w 4 -b unix:/var/www/sample-platform/sampleplatform.sock -m 007 run:app",
      "ExecReload=/bin/kill -HUP $MAINPID",
      "KillMode=control-group",
      "TimeoutStopSec=35",
      "Restart=on-failure",
      "",
      "[Install]",
      "WantedBy=multi-user.target",
      "EOF",
      `mv ${script} /root/platform.init`,
      "rm -f /etc/rc2.d/S01platform",
      "systemctl daemon-reload",
      "systemctl enable platform.service",
      "systemctl restart platform.service",
    ]);
  });

  it.each<[string, AuditedCase, string]>([
    ["the settings expect", { expected: { expectedWorkers: 6 } }, " -w 6 "],
    ["run", {}, " -w 4 "],
  ])("has as many workers as %s", (_, saw, words) => {
    expect(linesFor(saw).join("\n")).toContain(words);
  });

  it("leaves out what is not known", () => {
    const bare = { groups: [], file: null };
    const lines = linesFor({ sockets: [bare], facts: { ...facts, gunicorns: [] } });
    expect(lines.slice(0, 3)).toEqual([
      "# live, with every option: onemaster cutover plan",
      `# add to ExecStart the other options that ${script} gives gunicorn`,
      "# and write the application, such as run:app, for APPLICATION",
    ]);
    expect(lines).toContain("ExecStart=/usr/bin/gunicorn APPLICATION");
    expect(lines.filter((line) => /^(User|Group|WorkingDirectory)=/.test(line))).toEqual([]);
  });

  it("names no source of options that could not be read", () => {
    const failure = { kind: "denied", what: script, why: "EACCES" } as const;
    expect(linesFor({ facts: { initScript: { ok: false, failure } } })[0]).toBe(
      "# add to ExecStart the other options that whatever starts it gives gunicorn",
    );
  });

  it("follows the newest master where nobody serves", () => {
    const groups = [group("stranded", 49), group("stranded", 68)];
    const heads = [head(49, { workingDirectory: "/old" }), head(68, { workingDirectory: "/100%" })];
    expect(linesFor({ sockets: [{ groups }], heads })).toContain("WorkingDirectory=/100%%");
  });

  it.each<[string, readonly string[], string]>([
    ["a title", ["gunicorn: master [shop:make()]"], '-m 007 "shop:make()"'],
    ["the title of an upgrade", ["gunicorn: master [run:app.2]"], "-m 007 run:app"],
    ["no title", [], "-m 007 run:app"],
  ])("reads the application from %s", (_, args, end) => {
    expect(commandFor(args)?.endsWith(end)).toBe(true);
  });

  it.each<[string, readonly string[], string]>([
    [
      "what makes a daemon of it and its pidfile",
      [
        "/usr/bin/python3",
        "/usr/bin/gunicorn",
        "-w",
        "4",
        "--daemon",
        "--pid",
        "g.pid",
        "-D",
        "-p",
        "x",
        "--pid=y",
        "-pz",
        "run:app",
      ],
      "ExecStart=/usr/bin/gunicorn -w 4 run:app",
    ],
    [
      "nothing else",
      ["/srv/venv/bin/gunicorn", "-n", "my app", "run:app"],
      'ExecStart=/srv/venv/bin/gunicorn -n "my app" run:app',
    ],
    [
      "the path that a bare name needs",
      ["gunicorn3", "run:app"],
      "ExecStart=/usr/bin/gunicorn run:app",
    ],
  ])("keeps a command line without %s", (_, args, line) => {
    expect(commandFor(args)).toBe(line);
  });

  it.each<[string, readonly string[]]>([
    ["breaks lines", ["gunicorn", "a\nEOF"]],
    ["is another program's", ["python3", "-m", "gunicorn", "run:app"]],
    ["has gunicorn only as an argument", ["a", "b", "gunicorn"]],
  ])("does not copy a command line that %s", (_, args) => {
    expect(commandFor(args)).toContain("-b unix:/var/www/sample-platform/sampleplatform.sock");
  });

  it("needs no group to be written", () => {
    const lines = nativeUnitLines({
      name: "a.service",
      unit: unit(),
      groups: [],
      expectations: [],
    });
    expect(lines).toContain("ExecStart=/usr/bin/gunicorn APPLICATION");
  });

  it("takes the application from the report where the process has left", () => {
    const placed = {
      socket: unitSocket(),
      group: group("serving", 68),
      head: undefined,
      inside: true,
    };
    const lines = nativeUnitLines({
      name: "a.service",
      unit: undefined,
      groups: [placed],
      expectations: [],
    });
    expect(lines.find((line) => line.startsWith("ExecStart="))).toContain(" run:app");
  });
});

describe("words", () => {
  it.each([
    ["plain", "/usr/bin/x", "/usr/bin/x", "/usr/bin/x"],
    ["with a blank", "a b", "'a b'", '"a b"'],
    ["with a quote", "a'b", String.raw`'a'\''b'`, `"a'b"`],
    ["with a double quote and a backslash", 'a"\\', `'a"\\'`, String.raw`"a\"\\"`],
    ["with a specifier", "50%", "50%", "50%%"],
    ["with a variable", "$HOME", "'$HOME'", "$$HOME"],
  ])("%s", (_, word, shell, service) => {
    expect([shellWord(word), unitWord(word)]).toEqual([shell, service]);
  });

  it.each([
    ["0770", "007"],
    ["0777", "000"],
    ["0600", "177"],
  ])("mode %s needs umask %s", (mode, umask) => {
    expect(umaskFor(mode)).toBe(umask);
  });
});
