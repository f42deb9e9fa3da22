import { expect, it } from "vitest";
import { newMetrics, samples } from "./page.ts";

it("tells of each Alertmanager that is set, and of no other", async () => {
  const metrics = newMetrics();
  expect(await samples(metrics, "alertmanager")).toEqual([]);
  metrics.showAlertmanagers([
    { url: "http://am-1", up: true, taken: 3, failed: 1 },
    { url: "http://am-2", up: undefined, taken: 0, failed: 0 },
  ]);
  expect(await samples(metrics, "alertmanager")).toEqual([
    'onemaster_alertmanager_up{url="http://am-1"} 1',
    'onemaster_alertmanager_pushes_total{url="http://am-1",outcome="taken"} 3',
    'onemaster_alertmanager_pushes_total{url="http://am-1",outcome="failed"} 1',
    'onemaster_alertmanager_pushes_total{url="http://am-2",outcome="taken"} 0',
    'onemaster_alertmanager_pushes_total{url="http://am-2",outcome="failed"} 0',
  ]);
  metrics.showAlertmanagers([{ url: "http://am-2", up: false, taken: 0, failed: 2 }]);
  expect(await samples(metrics, "alertmanager", "am-1")).toEqual([]);
  expect(await samples(metrics, "alertmanager_up")).toEqual([
    'onemaster_alertmanager_up{url="http://am-2"} 0',
  ]);
});
