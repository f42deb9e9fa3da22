import { expect, it } from "vitest";
import { master, plan, type PlanCase } from "./cutover-build.ts";

const many = ["/a", "/b", "/c", "/d", "/e", "/f", "/g"];

it.each<readonly [string, Pick<PlanCase, "look" | "checks">, string]>([
  [
    "somebody else started",
    { look: { master: master({ isRoots: false }) } },
    "--keep-root: master 68 does not run as root today",
  ],
  [
    "somebody else can change",
    { checks: { openToOthers: ["/srv/venv/bin/gunicorn"] } },
    "can change /srv/venv/bin/gunicorn; by that root's gunicorn runs code",
  ],
  [
    "is much of it somebody else's",
    { checks: { openToOthers: many } },
    "can change /a, /b, /c, /d, /e and 2 more; ",
  ],
  [
    "runs in a Python that cannot be told",
    { checks: { untrusted: ["which Python it is cannot be told"] } },
    "--keep-root: which Python it is cannot be told; ",
  ],
])("--keep-root is refused for a gunicorn that %s", (_, saw, why) => {
  const { refusals } = plan({ ...saw, flags: { keepRoot: true } });
  expect(refusals.map(({ reason }) => reason)).toEqual(["not-roots"]);
  expect(refusals[0]?.why).toContain(why);
  expect(plan(saw).refusals).toEqual([]);
});

it("an environment file that others than root can change is refused, and what helps is told", () => {
  const flags = { environmentFile: "/srv/app/.env" };
  expect(plan({ flags }).refusals).toEqual([]);
  const [refusal] = plan({ flags, look: { namedFileIsOpen: true } }).refusals;
  expect(refusal?.reason).toBe("environment");
  expect(refusal?.why).toMatch(/others than root can change \/srv\/app\/\.env, .* install -m 600 /);
});
