import { dirname } from "node:path";
import { isMap, type YAMLMap } from "yaml";
import type { WebConfig } from "../model/web-config.ts";
import { parseYamlFile, type Problem, unknownIn } from "./settings-yaml-file.ts";
import { webConfigContradictions } from "./web-config-contradictions.ts";
import { webConfigKeys, webConfigSchema } from "./web-config-schema.ts";

function unknownKeys(top: YAMLMap): Problem[] {
  const problems = unknownIn(top, webConfigKeys.top, []);
  for (const section of ["tls_server_config", "http_server_config", "rate_limit"] as const) {
    const map = top.get(section, true);
    if (isMap(map)) problems.push(...unknownIn(map, webConfigKeys[section], [section]));
  }
  const http = top.get("http_server_config", true);
  const headers = isMap(http) ? http.get("headers", true) : undefined;
  if (isMap(headers)) {
    const at = ["http_server_config", "headers"];
    problems.push(...unknownIn(headers, webConfigKeys.headers, at));
  }
  return problems;
}

/**
 * A web configuration out of the text of `file`, an absolute path, from whose folder relative
 * names start. Throws a SettingsError with every problem of the text, each with line and column.
 */
export function parseWebConfig(text: string, file: string): WebConfig {
  return parseYamlFile(text, file, {
    schema: webConfigSchema(dirname(file)),
    unknownKeys,
    contradictions: webConfigContradictions,
    whenEmpty: "write tls_server_config or basic_auth_users in it, or leave web.config_file out",
  });
}
