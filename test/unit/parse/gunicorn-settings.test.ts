import { describe, expect, it } from "vitest";
import { gunicornSettings, isDaemonSetting } from "../../../agent/parse/gunicorn-settings.ts";

describe("gunicorn's settings file", () => {
  it("has its plain assignments read", () => {
    const text = `import os\nworkers = 4\n# daemon = True\ndaemon=True  # old\n  bind = "x"\na == b\npidfile = "/run/g.pid"\n`;
    expect(gunicornSettings(text)).toEqual([
      { name: "workers", value: "4", line: 2 },
      { name: "daemon", value: "True", line: 4 },
      { name: "pidfile", value: `"/run/g.pid"`, line: 7 },
    ]);
  });

  it.each([
    ["daemon", "True", true],
    ["daemon", "False", false],
    ["daemon", "os.environ.get('X')", true],
    ["pidfile", `"/run/g.pid"`, true],
    ["pidfile", "None", false],
    ["workers", "4", false],
  ])("%s = %s makes a daemon of it: %s", (name, value, is) => {
    expect(isDaemonSetting({ name, value })).toBe(is);
  });
});
