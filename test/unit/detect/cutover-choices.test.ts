import { describe, expect, it } from "vitest";
import { pathFrom } from "../../../agent/detect/cutover-choices.ts";
import { chooseValues } from "../../../agent/detect/cutover-values.ts";
import type { CutoverLook } from "../../../agent/model/cutover-facts.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import { duplicate } from "../cli/reports.ts";
import { flags, look } from "./cutover-build.ts";

function values(seen: Partial<CutoverLook>, typed: Partial<CutoverFlags> = {}) {
  return chooseValues(look(seen), flags(typed), duplicate);
}

describe("where nginx is asked", () => {
  it.each<[string, Partial<CutoverFlags>, CutoverLook["nginx"], object]>([
    ["--no-nginx", { nginx: "none" }, { kind: "absent" }, { value: null, source: "--no-nginx" }],
    [
      "--nginx",
      { nginx: { url: "http://x/" } },
      { kind: "absent" },
      { value: { url: "http://x/", host: null }, source: "--nginx" },
    ],
    ["none here", {}, { kind: "absent" }, { value: null, source: "no /etc/nginx" }],
    [
      "a site",
      {},
      { kind: "read", sites: [{ url: "http://x/", host: "y" }] },
      { value: { url: "http://x/", host: "y" }, source: "/etc/nginx" },
    ],
  ])("nginx is from %s", (_, typed, nginx, chosen) => {
    expect(values({ nginx }, typed).nginx).toEqual(chosen);
  });

  it.each<[string, CutoverLook["nginx"]]>([
    ["it could not be read", { kind: "unreadable", why: "nginx.conf could not be read" }],
    ["it has no site for the socket", { kind: "read", sites: [] }],
  ])("asks for nginx where %s", (_, nginx) => {
    expect(values({ nginx }).questions).toMatchObject([{ flag: "--nginx", guess: null }]);
  });

  it("says that nginx has more sites than one", () => {
    const site = { url: "http://x/", host: undefined };
    expect(values({ nginx: { kind: "read", sites: [site, site] } }).notes).toEqual([
      "nginx has 2 sites for the socket, of which the first is asked",
    ]);
  });
});

it.each([
  ["/a/", "b", "/a/b"],
  ["/a", "./b", "/a/b"],
  ["/a", "/b", "/b"],
  [undefined, "b", undefined],
])("from %s, %s leads to %s", (directory, name, path) => {
  expect(pathFrom(directory, name)).toBe(path);
});
