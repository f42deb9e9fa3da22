import { expect, it } from "vitest";
import { chooseValues } from "../../../agent/detect/cutover-values.ts";
import type { CutoverLook } from "../../../agent/model/cutover-facts.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import { duplicate } from "../cli/reports.ts";
import { flags, folder, launch, line, look, master, scripts } from "./cutover-build.ts";

function values(seen: Partial<CutoverLook>, typed: Partial<CutoverFlags> = {}) {
  return chooseValues(look(seen), flags(typed), duplicate);
}

const own = launch({ kind: "process", source: "own", line: line({ app: "x:y", kept: ["-n"] }) });
const forged = { master: master({ isRoots: false, title: "x:y" }), ownLaunch: own };

it("takes what root's scripts say where another user's process says something else", () => {
  expect(
    values({ ...forged, scripts: scripts({ launches: [launch({ line: line({ app: "x:y" }) })] }) }),
  ).toMatchObject({
    arguments: { value: `--log-file ${folder}/logs/error.log`, source: launch().source },
    questions: [],
  });
});

it("asks where only another user's process tells", () => {
  const seen = { ...forged, scripts: scripts({ launches: [] }) };
  const why = "own, which does not run as root, is all that tells of it";
  expect(values(seen).questions).toEqual([
    { about: "program", flag: "--program", guess: "/usr/bin/gunicorn", why },
    { about: "app", flag: "--app", guess: "x:y", why },
    { about: "arguments", flag: "--arguments", guess: "-n", why },
  ]);
  const told = { program: "/usr/bin/gunicorn", app: "run:app" };
  expect(values({ ...seen, typed: line() }, told).questions).toEqual([]);
});
