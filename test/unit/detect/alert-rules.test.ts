import { describe, expect, it } from "vitest";
import { idIn, labelsOf, ownLabels } from "../../../agent/detect/alert-rules.ts";
import type { AlertId } from "../../../agent/model/alert.ts";
import { aboutSocket } from "./alert-sight.ts";

const site = { job: "onemaster", instance: "web-1:10709", cluster: "eu-1" };
const blind: AlertId = { name: "OnemasterBlind", about: "journal" };
const breaker: AlertId = { name: "OnemasterBreakerOpen", about: undefined };

describe("labels of an alert", () => {
  it.each<[id: AlertId, labels: Readonly<Record<string, string>>]>([
    [
      aboutSocket("OnemasterDuplicateMaster"),
      {
        alertname: "OnemasterDuplicateMaster",
        severity: "critical",
        socket: "/var/www/sample-platform/sampleplatform.sock",
      },
    ],
    [blind, { alertname: "OnemasterBlind", severity: "warning", what: "journal" }],
    [breaker, { alertname: "OnemasterBreakerOpen", severity: "warning" }],
  ])("are its own and those of the site, and name it: %o", (id, own) => {
    expect(labelsOf(id, site)).toEqual({ ...site, ...own });
    expect(idIn(labelsOf(id, site))).toEqual(id);
  });

  it.each([
    ["of an alert that is not ours", { alertname: "Other", socket: "/run/a.sock" }],
    ["without what it is about", { alertname: "OnemasterBlind" }],
    ["of nothing", {}],
  ])("%s name none", (_, labels) => {
    expect(idIn(labels)).toBeUndefined();
  });

  it("are not the site's to set", () => {
    expect(ownLabels).toEqual(["alertname", "severity", "socket", "unit", "what"]);
    expect(labelsOf({ name: "OnemasterBlind", about: undefined }, site)).not.toHaveProperty("what");
  });
});
