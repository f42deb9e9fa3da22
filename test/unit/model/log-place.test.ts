import { expect, it } from "vitest";
import { whyNoLogOfService } from "../../../agent/model/log-place.ts";

it.each([
  "/var/www/sample-platform/logs/error.log",
  "/srv/app/gunicorn.err",
  "/var/log/platform/access",
  "/library/app/app.log",
])("%s is a log that a service may be given", (path) => {
  expect(whyNoLogOfService(path)).toBeUndefined();
});

it.each([
  ["/etc/app/error.log", "folder of the system"],
  ["/var/lib/app/error.log", "folder of the system"],
  ["/lib/app.log", "folder of the system"],
  ["/usr/log", "folder of the system"],
  ["/var/log/apt/history.log", "folder of the system"],
  ["/var/log/auth.log", "system's own files"],
  ["/error.log", "system's own files"],
  ["/srv/app/manage.py", "no log by its name"],
  ["/srv/logs/../app/error.log", "no plain path"],
  ["/srv//error.log", "no plain path"],
  ["error.log", "no plain path"],
])("%s is none: %s", (path, why) => {
  expect(whyNoLogOfService(path)).toContain(why);
});
