import { expect, it } from "vitest";
import { workersArgument } from "../../../agent/parse/workers-argument.ts";

it.each<[args: string, workers: number | undefined]>([
  ["/usr/bin/gunicorn -w 4 -b unix:a.sock run:app", 4],
  ["gunicorn --workers=12", 12],
  ["gunicorn --workers 3 -w2 run:app", 2],
  ["gunicorn -b unix:a.sock run:app", undefined],
  ["gunicorn --workers-of-mine 3 x-w 4", undefined],
  ["/etc/init.d/platform start", undefined],
])("%s asks for %s workers", (args, workers) => {
  expect(workersArgument(args)).toBe(workers);
});
