import { expect, it } from "vitest";
import { plainAddress, subjectAltNames } from "../../../agent/expose/subject-alt-names.ts";

it.each<[what: string, text: string | undefined, names: readonly string[]]>([
  ["no extension", undefined, []],
  ["a name", "DNS:a.example.org", ["a.example.org"]],
  [
    "one of each kind",
    "DNS:a, email:ops@example.org, URI:spiffe://x/y, IP Address:10.0.0.9, IP Address:2001:DB8:0:0:0:0:0:1",
    ["a", "ops@example.org", "spiffe://x/y", "10.0.0.9", "2001:db8::1"],
  ],
  [
    "a name that would be two, as Node prints it since CVE-2021-44532",
    'DNS:"evil, DNS:prometheus.example.org"',
    ["evil, DNS:prometheus.example.org"],
  ],
  ["a kind that is not compared", "othername:<unsupported>, DNS:b", ["b"]],
  ["a directory name with commas", 'DirName:"CN=x, DNS:c", DNS:d', ["d"]],
])("finds in %s what stands there", (_, text, names) => {
  expect(subjectAltNames(text)).toEqual(names);
});

it("stops where it can no longer tell, rather than begin in the middle", () => {
  expect(subjectAltNames('DNS:a, x"y, DNS:b')).toEqual(["a"]);
});

it("writes addresses as they are usually written", () => {
  expect(["::FFFF:0:1", "10.0.0.9", "name"].map(plainAddress)).toEqual([
    "::ffff:0:1",
    "10.0.0.9",
    "name",
  ]);
});
