import { describe, expect, it } from "vitest";
import { keptAt } from "../../../agent/run/cutover-script-files.ts";

describe("where a file is kept", () => {
  it("is below the backup, under its own path", () => {
    expect(keptAt("/b", "/etc/init.d/web")).toBe("/b/files/etc/init.d/web");
  });

  it.each([
    "/tmp/l/../../../etc/ld.so.preload",
    "/etc//init.d/web",
    "etc/init.d/web",
    "/etc/./web",
  ])("is nowhere for %s, which the kernel may take for another file", (path) => {
    expect(() => keptAt("/b", path)).toThrow("no plain absolute path");
  });
});
