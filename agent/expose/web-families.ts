import type { Registry } from "prom-client";
import { familyMaker } from "./family-maker.ts";
import type { WebRefusal } from "./web-shield.ts";

/** What is told of a server with a web configuration file. */
export interface WebMetrics {
  /** Says how the last load of the files went. */
  setGood(good: boolean): void;
  /** Milliseconds since 1970; undefined: there is no certificate. */
  setExpiry(expiresMs: number | undefined): void;
  /** There may be refusals of this sort from now on: rate() cannot see a first appearance. */
  startAtZero(why: WebRefusal): void;
  countRefusal(why: WebRefusal): void;
}

/** Makes the families; to be called once for a registry. */
export function createWebMetrics(registry: Registry): WebMetrics {
  const { gauge, counter } = familyMaker(registry);
  const success = gauge(
    "onemaster_web_config_reload_success",
    "1 when the files of web.config_file were good when last read, 0 when older ones still hold.",
    [],
  );
  const expiry = gauge(
    "onemaster_web_certificate_expiry_timestamp_seconds",
    "When the server's certificate ends, in seconds since 1970; absent without TLS.",
    [],
  );
  const refused = counter(
    "onemaster_web_refusals_total",
    "Requests and connections that were refused, by reason.",
    ["reason"],
  );
  for (const reason of ["credentials", "handshake"]) refused.inc({ reason }, 0);
  success.remove();
  expiry.remove();
  return {
    setGood: (good) => success.set(good ? 1 : 0),
    setExpiry(expiresMs) {
      if (expiresMs === undefined) expiry.remove();
      else expiry.set(expiresMs / 1000);
    },
    startAtZero: (reason) => refused.inc({ reason }, 0),
    countRefusal: (reason) => refused.inc({ reason }),
  };
}
