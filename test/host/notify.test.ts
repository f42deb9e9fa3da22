import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import { end, listen, start } from "./support.ts";

/** A systemd-notify that writes down what it is to say, and the agent's surroundings with it. */
function fakeNotify(folder: ReturnType<typeof testFolder>) {
  const log = folder.at("said");
  mkdirSync(folder.at("bin"));
  const script = `#!/bin/sh\nprintf '%s|' "$@" >>${log}\necho >>${log}\n`;
  writeFileSync(folder.at("bin/systemd-notify"), script, { mode: 0o755 });
  const path = `PATH=${folder.at("bin")}:${process.env["PATH"]}`;
  const said = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return { path, said };
}

test("without systemd nobody is told anything", async () => {
  const folder = testFolder();
  const { path, said } = fakeNotify(folder);
  const inside = ["env", "--unset=NOTIFY_SOCKET", path, "WATCHDOG_USEC=1000"];
  const agent = await start({ folder, inside });
  await agent.metrics();
  expect((await end(agent, "SIGTERM")).exitCode).toBe(0);
  expect(said()).toEqual([]);
});

test("systemd is told once the page answers, and of the end", async () => {
  const folder = testFolder();
  const { path, said } = fakeNotify(folder);
  const socket = folder.at("app.sock");
  await listen(socket);
  const inside = ["env", "--unset=WATCHDOG_USEC", path, "NOTIFY_SOCKET=/nowhere"];
  const agent = await start({ folder, inside, settings: { sockets: [{ path: socket }] } });
  await waitFor("systemd to be told", () => said().length > 0);
  expect((await end(agent, "SIGTERM")).exitCode).toBe(0);
  expect(said()).toEqual([`READY=1|STATUS=one-master: ${socket}|`, "STOPPING=1|STATUS=stopping|"]);
});
