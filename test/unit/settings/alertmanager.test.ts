import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../agent/run/settings-document.ts";
import { SettingsError } from "../../../agent/run/settings-error.ts";

function problemsOf(text: string): readonly string[] {
  try {
    parseSettings(`alertmanager:\n${text}\n`, "f.yml");
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

function urlsOf(url: string): readonly string[] {
  return parseSettings(`alertmanager: { url: ${url} }\n`, "f.yml").alertmanager.urls;
}

const wanted = "write the URL of an Alertmanager, like http://127.0.0.1:9093";

describe("settings of alertmanager", () => {
  it.each<[says: string, url: string, urls: readonly string[]]>([
    ["null, which is off", "null", []],
    ["one URL", "http://am:9093", ["http://am:9093"]],
    ["a slash at the end", "http://am:9093/", ["http://am:9093"]],
    ["a path", "https://x/am/", ["https://x/am"]],
    ["several", '[ "http://a", "http://b:1" ]', ["http://a", "http://b:1"]],
    ["an address of IPv6", '"http://[::1]:9093"', ["http://[::1]:9093"]],
  ])("take %s", (_, url, urls) => {
    expect(urlsOf(url)).toEqual(urls);
  });

  it.each<[found: string, text: string, problems: string[]]>([
    ["a host alone", "  url: am:9093", [`f.yml:2:8: alertmanager.url: found "am:9093"; ${wanted}`]],
    ["a number", "  url: 9093", [`f.yml:2:8: alertmanager.url: found the number 9093; ${wanted}`]],
    [
      "a blank",
      '  url: "http://a b"',
      [`f.yml:2:8: alertmanager.url: found "http://a b"; ${wanted}`],
    ],
    [
      "a password in it, which is not told",
      "  url: http://joe:secret@am:9093",
      [
        "f.yml:2:8: alertmanager.url: found a URL with a user in it (http://…@am:9093); write basic_auth: { username, password_file } instead",
      ],
    ],
    [
      "the path of the API",
      "  url: http://am:9093/x/api/v2/alerts",
      [
        'f.yml:2:8: alertmanager.url: found "http://am:9093/x/api/v2/alerts"; write it without the path of the API: http://am:9093/x',
      ],
    ],
    [
      "a query",
      "  url: http://am:9093/?a=1",
      [
        'f.yml:2:8: alertmanager.url: found "http://am:9093/?a=1"; write the URL without what follows ? or #',
      ],
    ],
    [
      "one twice",
      "  url: [ http://am, http://am/ ]",
      ['f.yml:2:8: alertmanager.url: found "http://am" twice; leave one of them'],
    ],
    [
      "nine",
      `  url: [ ${Array.from({ length: 9 }, (_, index) => `http://am-${index}`).join(", ")} ]`,
      ["f.yml:2:8: alertmanager.url: found 9 URLs; write at most 8"],
    ],
    [
      "labels that are none",
      "  labels: [ a ]",
      ["f.yml:2:11: alertmanager.labels: found a list; write a map, like { cluster: eu-1 }"],
    ],
    [
      "a label that Prometheus would not have",
      "  labels: { a-b: c }",
      [
        'f.yml:2:11: alertmanager.labels: found the label "a-b"; write letters, digits and _, like cluster',
      ],
    ],
    [
      "a label that alerts bring along",
      "  labels: { severity: page }",
      [
        "f.yml:2:11: alertmanager.labels: found the label severity, which each alert brings with it; remove it",
      ],
    ],
    [
      "a number as a label",
      "  labels: { rack: 7 }",
      [
        "f.yml:2:11: alertmanager.labels: found the number 7 as the label rack; write a text in quotes, or null to have none",
      ],
    ],
    [
      "half a character as a label",
      '  labels: { rack: "\\uD800" }',
      [
        'f.yml:2:11: alertmanager.labels: found "\\ud800" as the label rack; write a text in quotes, or null to have none',
      ],
    ],
    [
      "an end that comes after the Alertmanager's own",
      "  resolve_after: 4m",
      ['f.yml:2:18: alertmanager.resolve_after: found "4m"; write a time from 0s to 3m'],
    ],
    [
      "two ways to be let in",
      "  basic_auth: { username: a, password_file: /p }\n  bearer_token_file: /t",
      [
        "f.yml:3:22: alertmanager.bearer_token_file: found beside basic_auth; a request can carry one of them, so leave one",
      ],
    ],
    [
      "a name that cannot be sent, and a password in the file",
      "  basic_auth: { username: a:b, password: x }",
      [
        "f.yml:2:15: alertmanager.basic_auth.password_file: missing; write it, like username: agent, password_file: /etc/onemaster/password",
        'f.yml:2:27: alertmanager.basic_auth.username: found "a:b"; write the name of a user, without a colon',
        "f.yml:2:32: alertmanager.basic_auth.password: unknown key; known here: username, password_file",
      ],
    ],
    [
      "authorities for nobody",
      "  url: http://am\n  ca_file: /etc/ca.pem",
      [
        "f.yml:3:12: alertmanager.ca_file: found while no url begins with https:, so it would do nothing; remove it",
      ],
    ],
    ["authorities for one of two", "  url: [http://a, https://b]\n  ca_file: /etc/ca.pem", []],
  ])("refuse %s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});
