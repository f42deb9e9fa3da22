import { describe, expect, it } from "vitest";
import { unitNamed } from "../../../agent/parse/unit-name.ts";

describe("unitNamed", () => {
  it.each([
    ["a service without its suffix", "platform", "platform.service"],
    ["a service", "platform.service", "platform.service"],
    ["a scope", "session-3.scope", "session-3.scope"],
    ["an instance", "gunicorn@shop", "gunicorn@shop.service"],
    ["a name with a dot", "shop.example", "shop.example.service"],
    ["an escaped name", String.raw`a\x2db.service`, String.raw`a\x2db.service`],
  ])("takes %s", (_, typed, name) => {
    expect(unitNamed(typed)).toBe(name);
  });

  it.each([
    ["nothing", ""],
    ["a path", "/etc/init.d/platform"],
    ["blanks", "my app"],
    ["a pattern", "*.service"],
    ["an option", "--all"],
    ["a line break", "a\nb"],
    ["what is too long", "a".repeat(248)],
  ])("refuses %s", (_, typed) => {
    expect(unitNamed(typed)).toBe(undefined);
  });
});
