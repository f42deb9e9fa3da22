import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { parseSettings } from "../../../agent/run/settings-document.ts";
import { settingsText } from "../../../agent/run/settings-text.ts";

const url = new URL("../../../deploy/debian/onemaster.yml", import.meta.url);
const text = readFileSync(url, "utf8");

/** As a user gets it who takes the comment signs away from all settings, and from no prose. */
const uncommented = text.slice(text.indexOf("\n\n")).replaceAll(/^#(?! \S)/gm, "");

test("the settings file of the packages holds nothing but comments", () => {
  expect(parseSettings(text, "onemaster.yml")).toEqual(defaultSettings);
});

test("its comments show every setting, each with its default", () => {
  const { sockets: _, ...shown } = parse(uncommented) as Record<string, unknown>;
  const { sockets: __, ...defaults } = parse(settingsText(defaultSettings)) as typeof shown;
  expect(shown).toEqual(defaults);
});

test("its comments show every setting of a socket", () => {
  const { sockets } = parseSettings(uncommented, "onemaster.yml");
  expect(sockets).toHaveLength(1);
  const unset = Object.entries(sockets[0] ?? {}).filter(([, value]) => value === undefined);
  expect(unset).toEqual([]);
});
