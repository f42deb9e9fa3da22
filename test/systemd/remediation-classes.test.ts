import { describe, expect, test } from "vitest";
import { stepNames } from "../../agent/model/remediation.ts";
import { releases } from "../testbed/test-host.ts";
import { doneSteps, endablePlan, lastRecord } from "./support-acting.ts";
import { expectEndedUnfelt, incidentHost } from "./support-incident.ts";

const classes = [
  ["gthread", "-k gthread --threads 4", 2],
  ["gevent", "-k gevent", 2],
  // a worker may accept a second request while the first keeps it from answering any
  ["tornado", "-k tornado", 1],
] as const;

describe.concurrent.each(releases)("ending the stale group on %s", (release) => {
  test.for(classes)(
    "of %s workers with requests in flight",
    async ([, options, inFlight], context) => {
      const incident = await incidentHost(context, release, {
        agent: false,
        gunicornOptions: options,
        inFlight,
      });
      const { host } = incident;
      await endablePlan(host);
      await expectEndedUnfelt(incident);
      const record = await lastRecord(host);
      expect(record).toMatchObject({ outcome: "ended" });
      expect(doneSteps(record)).toEqual(stepNames);
    },
  );
});
