import { expect, it } from "vitest";
import { whyNoLogOfService, whyNoneOfIts } from "../../../agent/model/log-place.ts";

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

const root = { uid: 0, gid: 0 };
const theirs = { uid: 33, gid: 33 };

it.each([
  ["a folder of its user's", "/var/www/app/logs/error.log", [theirs, root]],
  ["a folder that is below one of its user's", "/var/www/app/logs/error.log", [root, theirs, root]],
  ["a folder of its group's", "/var/log/web/error.log", [{ uid: 0, gid: 33 }, root]],
  ["its unit's folder of /var/log", "/var/log/platform/error.log", [root, root]],
  ["gunicorn's folder of /var/log", "/var/log/gunicorn/sub/error.log", [root, root, root]],
])("a log in %s is plainly the service's", (_, path, folders) => {
  expect(whyNoneOfIts(path, folders, theirs, ["platform.service"])).toBeUndefined();
});

it.each([
  ["another service's folder", "/var/log/nginx/access.log", [root, root]],
  ["the folder of another's user", "/var/log/postgresql/x.log", [{ uid: 106, gid: 110 }, root]],
  ["a folder of root's", "/srv/platform/logs/error.log", [root, root]],
  ["the folder of a longer name", "/var/log/platform2/error.log", [root, root]],
  ["/var/log itself", "/var/log/platform", [root]],
])("a log in %s is not", (_, path, folders) => {
  expect(whyNoneOfIts(path, folders, theirs, ["platform.service"])).toBe(
    `${path} stands in no folder that is plainly the service's`,
  );
});

it("nothing is root's own for being in a folder of root's", () => {
  expect(whyNoneOfIts("/srv/a/error.log", [root], root, [])).toContain("no folder");
});
