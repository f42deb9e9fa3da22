import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../agent/run/settings-document.ts";
import { SettingsError } from "../../../agent/run/settings-error.ts";

function problemsOf(text: string): readonly string[] {
  try {
    parseSettings(text, "f.yml");
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const top = "known here: sockets, memory, scan, web, journal, alertmanager, remediation, state_dir";
const inScan = "known here: interval, confirm_for, handover_limit, drain_limit";
const unreadable = (said: string) =>
  `found what YAML cannot read (${said}); write KEY: VALUE lines, two blanks deeper in each section`;
const tooDeep = "found lists or maps inside each other too often; settings need four levels";

describe("a settings file that is refused", () => {
  it.each<[says: string, text: string, problems: string[]]>([
    [
      "an empty file",
      "",
      ["f.yml: found an empty file; write a setting in it, or remove it to have the defaults"],
    ],
    ["null", "null\n", ["f.yml:1:1: found nothing; write a map, like scan: { interval: 15s }"]],
    ["a list", "- a\n", ["f.yml:1:1: found a list; write a map, like scan: { interval: 15s }"]],
    ["a word", "foo\n", ['f.yml:1:1: found "foo"; write a map, like scan: { interval: 15s }']],
    [
      "a misspelt key",
      "scan:\n  intervall: 15s\n",
      [`f.yml:2:3: scan.intervall: unknown key; did you mean "interval"? K${inScan.slice(1)}`],
    ],
    [
      "a key with a dash",
      "scan:\n  confirm-for: 15s\n",
      [`f.yml:2:3: scan.confirm-for: unknown key; did you mean "confirm_for"? K${inScan.slice(1)}`],
    ],
    [
      "a key of no known section",
      "pushgateway: { url: null }\n",
      [`f.yml:1:1: pushgateway: unknown key; ${top}`],
    ],
    [
      "keys that objects have by nature",
      "constructor: 1\n__proto__: 2\n",
      [`f.yml:1:1: constructor: unknown key; ${top}`, `f.yml:2:1: __proto__: unknown key; ${top}`],
    ],
    ["a merge key", "<<: { a: 1 }\n", [`f.yml:1:1: <<: unknown key; ${top}`]],
    [
      "a key twice",
      "scan: { interval: 1s }\nscan: { interval: 2s }\n",
      ["f.yml:2:1: found this key a second time in the same map; leave one of them"],
    ],
    [
      "a tab",
      "scan:\n\tinterval: 1s\n",
      [
        "f.yml:2:1: found a tab as indentation; indent with blanks, as YAML asks",
        `f.yml:2:2: interval: unknown key; ${top}`,
      ],
    ],
    [
      "an alias, as in a bomb",
      "memory: &m { budget: 2GiB }\nscan: [*m, *m]\n",
      [
        "f.yml:2:8: found the alias *m; write the value itself here",
        "f.yml:2:12: found the alias *m; write the value itself here",
      ],
    ],
    [
      "a tag",
      "scan: { interval: !duration 5s }\n",
      ["f.yml:1:19: found a tag (Unresolved tag: !duration); write the value without it"],
    ],
    [
      "two documents",
      "scan: {}\n---\nscan: {}\n",
      ["f.yml:2:1: found a second YAML document; leave one, without --- between"],
    ],
    [
      "an open bracket",
      "sockets: [\n",
      [
        `f.yml:2:1: ${unreadable(
          "Flow sequence in block collection must be sufficiently indented and end with a ]",
        )}`,
      ],
    ],
    ["brackets in brackets", "[".repeat(500), [`f.yml: ${tooDeep}`]],
    ["dashes after dashes", "- ".repeat(500), [`f.yml: ${tooDeep}`]],
    [
      "a file of 64 KiB and more",
      "#".repeat(65_537),
      ["f.yml: found 65537 characters; settings have at most 65536"],
    ],
    [
      "a section that is a list",
      "memory: [1]\n",
      ["f.yml:1:9: memory: found a list; write a map, like budget: 2GiB"],
    ],
    [
      "sockets that are one path",
      "sockets: /run/a.sock\n",
      [
        'f.yml:1:10: sockets: found "/run/a.sock"; write a list of sockets, like [{ path: /run/app/app.sock }]',
      ],
    ],
    [
      "a time without a unit",
      "scan: { interval: 15 }\n",
      [
        "f.yml:1:19: scan.interval: found the number 15; write a time with its unit, like 500ms, 15s or 10m",
      ],
    ],
    [
      "a time that is nothing",
      "scan:\n  interval:\n",
      [
        "f.yml:2:12: scan.interval: found nothing; write a time with its unit, like 500ms, 15s or 10m",
      ],
    ],
    [
      "times out of their bounds",
      "scan: { interval: 999ms, confirm_for: 2h, handover_limit: 0s, drain_limit: 25h }\n",
      [
        'f.yml:1:19: scan.interval: found "999ms"; write a time from 1s to 1h',
        'f.yml:1:39: scan.confirm_for: found "2h"; write a time from 0s to 1h',
        'f.yml:1:59: scan.handover_limit: found "0s"; write a time from 1s to 24h',
        'f.yml:1:76: scan.drain_limit: found "25h"; write a time from 1s to 24h',
      ],
    ],
    [
      "a budget without a unit, and a ratio in percent",
      "memory: { budget: 2048, orphan_warn_ratio: 10 }\n",
      [
        "f.yml:1:19: memory.budget: found the number 2048; write a size with its unit, like 512MiB or 2GiB",
        "f.yml:1:44: memory.orphan_warn_ratio: found the number 10; write a number above 0 and up to 1, like 0.1 for 10 %",
      ],
    ],
    [
      "a budget that nothing fits in",
      "memory: { budget: 2KiB }\n",
      ['f.yml:1:19: memory.budget: found "2KiB"; write a size of at least 1MiB'],
    ],
    [
      "an address that others reach",
      'web: { listen: "0.0.0.0:80" }\n',
      [
        'f.yml:1:16: web.listen: found "0.0.0.0:80", which other hosts can reach, and no web.config_file with TLS and authentication; write one, or an address of this host alone: 127.0.0.1:80',
      ],
    ],
    [
      "a port alone",
      "web: { listen: 80 }\n",
      ["f.yml:1:16: web.listen: found the number 80; write HOST:PORT, like 127.0.0.1:10709"],
    ],
    [
      "a socket without a path",
      "sockets:\n  - unit: platform.service\n",
      ["f.yml:2:5: sockets[0].path: missing; write it, like path: /run/app/app.sock"],
    ],
    [
      "paths that are none",
      'sockets:\n  - path: run/a.sock\n  - path: unix:/run/b.sock\n  - path: /run/\n  - path: "/a\\0b"\n  - 5\n',
      [
        'f.yml:2:11: sockets[0].path: found "run/a.sock"; write an absolute path, like /run/app/app.sock',
        'f.yml:3:11: sockets[1].path: found "unix:/run/b.sock"; write the path alone: /run/b.sock',
        'f.yml:4:11: sockets[2].path: found "/run/", which names a directory; write the path of a file',
        'f.yml:5:11: sockets[3].path: found "/a\\u0000b"; write an absolute path, like /run/app/app.sock, without NUL bytes',
        "f.yml:6:5: sockets[4]: found the number 5; write a map, like path: /run/app/app.sock",
      ],
    ],
    [
      "sockets that contradict each other",
      "sockets:\n  - { path: /run/a.sock, pidfile: /run/a.sock }\n  - { path: /run//./a.sock }\n",
      [
        'f.yml:2:35: sockets[0].pidfile: found "/run/a.sock", which is the socket; write the path of gunicorn\'s --pid file',
        'f.yml:3:13: sockets[1].path: found "/run//./a.sock" again; sockets[0] is this path already, so leave one',
      ],
    ],
    [
      "a unit without its suffix, and one that holds no process",
      "sockets:\n  - { path: /run/a.sock, unit: shop }\n  - { path: /run/b.sock, unit: shop.timer }\n",
      [
        'f.yml:2:32: sockets[0].unit: found "shop"; write a unit with its suffix, like shop.service',
        'f.yml:3:32: sockets[1].unit: found "shop.timer"; write a unit with its suffix, like platform.service',
      ],
    ],
    [
      "what a socket is expected to be, written wrongly",
      `sockets:
  - path: /run/a.sock
    error_log: error.log
    expected_workers: "4"
    expected_mode: 0770
    expected_owner: www-data
  - path: /run/b.sock
    expected_workers: 0
    expected_mode: "0888"
    expected_owner: 33
`,
      [
        'f.yml:3:16: sockets[0].error_log: found "error.log"; write an absolute path, like /var/log/app/error.log',
        'f.yml:4:23: sockets[0].expected_workers: found "4"; write a whole number from 1 to 10000, like 4',
        'f.yml:5:20: sockets[0].expected_mode: found the number 770; write octal digits in quotes, like "0770"',
        'f.yml:6:21: sockets[0].expected_owner: found "www-data"; write user:group, like www-data:www-data',
        "f.yml:8:23: sockets[1].expected_workers: found the number 0; write a whole number from 1 to 10000, like 4",
        'f.yml:9:20: sockets[1].expected_mode: found "0888"; write octal digits in quotes, like "0770"',
        "f.yml:10:21: sockets[1].expected_owner: found the number 33; write user:group, like www-data:www-data",
      ],
    ],
    [
      "a journal that is neither on nor off, and state in no directory of its own",
      "journal: { enabled: yes }\nstate_dir: /\n",
      [
        'f.yml:1:21: journal.enabled: found "yes"; write true or false',
        'f.yml:2:12: state_dir: found "/"; write an absolute path, like /var/lib/onemaster',
      ],
    ],
    [
      "an unknown key of the journal",
      "journal: { follow: true }\n",
      ["f.yml:1:12: journal.follow: unknown key; known here: enabled"],
    ],
    [
      "many mistakes at once, told in the order of the file",
      "web: { listen: 1 }\nmemroy: {}\nscan: { interval: no }\n",
      [
        "f.yml:1:16: web.listen: found the number 1; write HOST:PORT, like 127.0.0.1:10709",
        `f.yml:2:1: memroy: unknown key; did you mean "memory"? K${top.slice(1)}`,
        'f.yml:3:19: scan.interval: found "no"; write a time with its unit, like 500ms, 15s or 10m',
      ],
    ],
  ])("refuses %s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it("carries all problems in its message", () => {
    expect(new SettingsError(["f.yml:1:1: a", "f.yml:2:1: b"])).toMatchObject({
      name: "SettingsError",
      message: "f.yml:1:1: a\nf.yml:2:1: b",
      problems: ["f.yml:1:1: a", "f.yml:2:1: b"],
    });
  });
});
