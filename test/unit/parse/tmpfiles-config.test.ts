import { expect, it } from "vitest";
import { parseTmpfilesConfig } from "../../../agent/parse/tmpfiles-config.ts";

const config = `# /usr/lib/tmpfiles.d/x.conf
d /run/platform 0755 www-data www-data -
d!\t/var/run/old/ 0755 - - -
D+ /tmp 1777 root root -
q "/srv" 0755 - - -
d %t/own
d /run/100%%
d %b/nobody
d
L /run/shm - - - - /dev/shm
f /run/file 0644 - - -
R! /run/gone
d / 0755
d /run/old 0700 nobody nogroup -
d /run/new :~0770 :33
`;

it("tells the folders that systemd-tmpfiles makes, by the first line for each, and empties", () => {
  const { made, emptied } = parseTmpfilesConfig(config);
  const lines = [...made].map(
    ([path, { mode, user, group }]) => `${path} ${mode.toString(8)} ${user} ${group}`,
  );
  expect(lines).toEqual([
    "/run/platform 755 www-data www-data",
    "/run/old 755 root root",
    "/tmp 1777 root root",
    "/srv 755 root root",
    "/run/own 755 root root",
    "/run/100% 755 root root",
    "/ 755 root root",
    "/run/new 770 33 root",
  ]);
  expect([...emptied]).toEqual(["/tmp"]);
});
