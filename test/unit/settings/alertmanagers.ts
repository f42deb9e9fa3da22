import * as fc from "fast-check";
import type { AlertmanagerSettings } from "../../../agent/model/settings.ts";

const path = fc.constantFrom(undefined, "/etc/onemaster/secret", "/etc/a: #b");

/** Any settings of Alertmanagers that a file can have. */
export const anyAlertmanager: fc.Arbitrary<AlertmanagerSettings> = fc
  .record({
    urls: fc.uniqueArray(
      fc.constantFrom("http://127.0.0.1:9093", "https://[::1]:9093/am", "https://am-2"),
      { maxLength: 3 },
    ),
    labels: fc.dictionary(
      fc.constantFrom("job", "instance", "cluster", "_a1"),
      fc.oneof(fc.constant(null), fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })),
      { noNullPrototype: true },
    ),
    resolveAfterMs: fc.integer({ min: 0, max: 180_000 }),
    timeoutMs: fc.integer({ min: 100, max: 60_000 }),
    passwordFile: path,
    bearerTokenFile: path,
    caFile: path,
  })
  .map(({ passwordFile, bearerTokenFile, caFile, ...rest }) => {
    const basicAuth = passwordFile === undefined ? undefined : { username: "a b", passwordFile };
    const tls = rest.urls.some((url) => url.startsWith("https:"));
    const access = {
      basicAuth,
      bearerTokenFile: basicAuth === undefined ? bearerTokenFile : undefined,
      caFile: tls ? caFile : undefined,
    };
    return { ...rest, access };
  });
