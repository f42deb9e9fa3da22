import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { folder, launch, line, scripts, target } from "./detect/cutover-build.ts";

const options =
  `--log-level debug --timeout 120 --access-logfile ${folder}/logs/access.log ` +
  `--capture-output --log-file ${folder}/logs/error.log`;

/** What stands in a unit's file beside remarks. */
function settings(text: string): readonly string[] {
  return text.split("\n").filter((one) => !one.startsWith("#"));
}

function deployed(name: string): readonly string[] {
  return settings(readFileSync(new URL(`../../deploy/platform/${name}`, import.meta.url), "utf8"));
}

describe("the templates in deploy/platform", () => {
  const sourced = [
    { path: "/etc/default/platform", values: new Map([["X", "1"]]), shellOnly: [], isRoots: true },
  ];
  const look = {
    scripts: scripts({
      launches: [launch({ line: line({ kept: options.split(" ") }) })],
      sourced,
      exported: new Map([["X", "1"]]),
    }),
  };
  const gate = "/usr/bin/onemaster";

  it.each([
    ["platform.service", false, 0],
    ["socket-activated/platform.service", true, 0],
    ["socket-activated/platform.socket", true, 1],
  ])("%s is what the plan makes of production", (name, socketActivation, file) => {
    const { files } = target({ look, gate, flags: { socketActivation } });
    expect(deployed(name)).toEqual(settings(files[file]?.text ?? ""));
  });
});
