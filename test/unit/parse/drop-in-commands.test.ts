import { expect, it } from "vitest";
import { dropInCommands, dropInStarts } from "../../../agent/parse/drop-in-commands.ts";

it.each([
  ["[Service]\nExecStop=\nExecStop=/bin/x\n ExecStopPost = -/bin/y\nExecStop=/bin/z\n", 2],
  ["[Service]\nExecStartPre=\\\n  /bin/mkdir /run/x\n", 1],
  ["[Service]\nExecCondition=/bin/x\nExecStartPost=+/bin/y\n", 2],
  ["[Service]\nExecStop=\nMemoryMax=1G\n#ExecStop=/bin/x\nExecReload=/bin/kill\n", 0],
])("%j runs %i kinds of commands", (text, count) => {
  expect(dropInCommands(text)).toHaveLength(count);
});

it("names them", () => {
  expect(dropInCommands("ExecStopPost=/bin/x")).toEqual(["ExecStopPost"]);
});

it("tells by what else is started, or otherwise", () => {
  const text = "[Service]\nExecStart=\nExecStart=/bin/x\nExecStartPre=/bin/y\n Type = forking\n";
  expect(dropInStarts(text)).toEqual(["ExecStart", "Type"]);
  expect(dropInStarts("[Service]\nExecStart=\n#Type=simple\n")).toEqual([]);
});
