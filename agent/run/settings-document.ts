import { isMap, isSeq, type YAMLMap } from "yaml";
import type { Settings } from "../model/settings.ts";
import { contradictions } from "./settings-contradictions.ts";
import { fileSchema, knownKeys } from "./settings-schema.ts";
import { parseYamlFile, type Problem, unknownIn } from "./settings-yaml-file.ts";

function unknownKeys(top: YAMLMap): Problem[] {
  const problems = unknownIn(top, knownKeys.top, []);
  for (const section of [
    "memory",
    "scan",
    "web",
    "journal",
    "alertmanager",
    "remediation",
  ] as const) {
    const map = top.get(section, true);
    if (isMap(map)) problems.push(...unknownIn(map, knownKeys[section], [section]));
  }
  const auth = top.getIn(["alertmanager", "basic_auth"], true);
  if (isMap(auth)) {
    problems.push(...unknownIn(auth, knownKeys.basicAuth, ["alertmanager", "basic_auth"]));
  }
  const sockets = top.get("sockets", true);
  if (isSeq(sockets)) {
    for (const [index, item] of sockets.items.entries()) {
      if (!isMap(item)) continue;
      problems.push(...unknownIn(item, knownKeys.sockets, ["sockets", index]));
    }
  }
  return problems;
}

/**
 * Settings out of the text of `file` (its name in messages), defaults filled in. Throws a
 * SettingsError with every problem of the text in its order, each with line and column.
 */
export function parseSettings(text: string, file: string): Settings {
  return parseYamlFile(text, file, {
    schema: fileSchema,
    unknownKeys,
    contradictions,
    whenEmpty: "write a setting in it, or remove it to have the defaults",
  });
}
