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
`;

it("tells the folders that systemd-tmpfiles makes, and those that it empties", () => {
  const { made, emptied } = parseTmpfilesConfig(config);
  expect([...made]).toEqual([
    "/run/platform",
    "/run/old",
    "/tmp",
    "/srv",
    "/run/own",
    "/run/100%",
    "/",
  ]);
  expect([...emptied]).toEqual(["/tmp"]);
});
