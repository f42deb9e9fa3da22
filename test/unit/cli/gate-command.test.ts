import { expect, it } from "vitest";
import { gateCommand, type GateOptions } from "../../../agent/cli/gate-command.ts";
import { UsageError } from "../../../agent/cli/usage-error.ts";
import type { GateAnswer, GateDecision } from "../../../agent/model/gate.ts";
import { quiet } from "./quiet.ts";

function answer(path: string, decision: GateDecision): GateAnswer {
  const cure = decision === "refuse" ? "kill -TERM 10\u001B[2J" : null;
  return { path, decision, message: "so it is", cure, inTheWay: [] };
}

async function asked(
  socket: readonly string[],
  decide: (path: string) => GateDecision,
  options: Partial<GateOptions> = {},
) {
  const { surroundings, written } = quiet();
  const exitCode = await gateCommand(
    { config: undefined, socket, color: true },
    { json: false, strict: false, ...options },
    surroundings,
    async (path) => answer(path, decide(path)),
  );
  return { exitCode, ...written };
}

it.each<[decision: GateDecision, strict: boolean, exitCode: number, stderr: string]>([
  ["pass", false, 0, "onemaster gate: pass: /srv/shop/a.sock: so it is\n"],
  ["pass", true, 0, "onemaster gate: pass: /srv/shop/a.sock: so it is\n"],
  [
    "refuse",
    false,
    1,
    "onemaster gate: REFUSED: /srv/shop/a.sock: so it is\n" +
      "onemaster gate: to clear it: kill -TERM 10\\x1b[2J\n",
  ],
  ["unsure", false, 0, "onemaster gate: WARNING, let pass: /srv/shop/a.sock: so it is\n"],
  ["unsure", true, 3, "onemaster gate: REFUSED, being strict: /srv/shop/a.sock: so it is\n"],
])("tells %s (strict: %s) with exit %i", async (decision, strict, exitCode, stderr) => {
  expect(await asked(["a.sock"], () => decision, { strict })).toEqual({
    exitCode,
    stdout: "",
    stderr,
  });
});

it("asks about each path once, and lets the worst decide", async () => {
  const paths = ["/run/a.sock", "/run/./a.sock", "/run/b.sock"];
  const ran = await asked(paths, (path) => (path === "/run/b.sock" ? "refuse" : "unsure"), {
    json: true,
  });
  expect(ran.exitCode).toBe(1);
  expect(JSON.parse(ran.stdout)).toEqual({
    schema: 1,
    decision: "refuse",
    sockets: [answer("/run/a.sock", "unsure"), answer("/run/b.sock", "refuse")],
  });
});

it("lets a start pass where it fails itself, with a warning", async () => {
  const broken = (): GateDecision => {
    throw new RangeError("out of files");
  };
  expect(await asked(["/run/a.sock"], broken)).toEqual({
    exitCode: 0,
    stdout: "",
    stderr:
      "onemaster gate: WARNING, let pass: /run/a.sock: could not be told: onemaster itself " +
      "failed: out of files\n",
  });
  expect((await asked(["/run/a.sock"], broken, { strict: true })).exitCode).toBe(3);
});

it("has to be told a path", async () => {
  await expect(asked([], () => "pass")).rejects.toThrow(UsageError);
});
