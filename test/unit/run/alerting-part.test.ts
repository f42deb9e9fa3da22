import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { waitFor } from "../../support/wait.ts";
import { socketPath } from "../expose/reports.ts";
import {
  blind,
  duplicate,
  expectTold,
  fires,
  over,
  sound,
  startAgent,
  startAlertmanager,
  stateFolder,
  suspected,
} from "./alerting.ts";

describe("an agent that pushes", () => {
  it("tells every Alertmanager of a duplicate and of its end, with the labels of the site", async () => {
    const [one, other] = [await startAlertmanager(), await startAlertmanager()];
    const labels = { cluster: "eu-1" };
    const { sees, lines, states } = await startAgent(stateFolder(), {
      urls: [one.url, other.url],
      labels,
    });
    sees(sound);
    sees(duplicate);
    await expectTold(one.told, [fires]);
    await expectTold(other.told, [fires]);
    expect(one.posts[0]).toMatchObject({
      labels: {
        alertname: "OnemasterDuplicateMaster",
        severity: "critical",
        socket: socketPath,
        job: "onemaster",
        instance: `${hostname()}:10709`,
        cluster: "eu-1",
      },
    });
    sees(sound);
    await expectTold(one.told, [fires, over]);
    await expectTold(other.told, [fires, over]);
    sees(sound);
    expect(states().map(({ up, failed }) => [up, failed])).toEqual([
      [true, 0],
      [true, 0],
    ]);
    expect(lines().filter((line) => line.startsWith("alert "))).toEqual([
      `alert OnemasterDuplicateMaster ${socketPath} fires`,
      `alert OnemasterDuplicateMaster ${socketPath} is over`,
    ]);
  });

  it("leaves out a default label where the settings say so", async () => {
    const { url, told, posts } = await startAlertmanager();
    const labels = { instance: null, job: "agents" };
    const { sees } = await startAgent(stateFolder(), { urls: [url], labels });
    sees(duplicate);
    await expectTold(told, [fires]);
    expect(Object.keys(posts[0]?.labels ?? {}).toSorted()).toEqual([
      "alertname",
      "job",
      "severity",
      "socket",
    ]);
  });

  it("begins when the settings name an Alertmanager, beside a duplicate that is there", async () => {
    const { url, told } = await startAlertmanager();
    const { sees, set } = await startAgent(stateFolder(), {});
    sees(duplicate);
    set({ urls: [url] });
    sees(duplicate); // which has its code loaded, and that has it look again
    await expectTold(told, [fires]);
  });

  it("tells the old place of the end and the new one of the alert when the URL changes", async () => {
    const [one, other] = [await startAlertmanager(), await startAlertmanager()];
    const { sees, set } = await startAgent(stateFolder(), { urls: [one.url] });
    sees(duplicate);
    await expectTold(one.told, [fires]);
    set({ urls: [other.url] });
    sees(duplicate);
    await expectTold(one.told, [fires, over]);
    await expectTold(other.told, [fires]);
    set({ urls: [one.url] });
    sees(duplicate);
    await expectTold(one.told, [fires, over, fires]);
    await expectTold(other.told, [fires, over]);
  });

  it("ends the old labels and tells the new ones when labels change", async () => {
    const { url, told, posts } = await startAlertmanager();
    const { sees, set } = await startAgent(stateFolder(), {
      urls: [url],
      labels: { cluster: "a" },
    });
    sees(duplicate);
    await expectTold(told, [fires]);
    set({ urls: [url], labels: { cluster: "b" } });
    sees(duplicate);
    await expectTold(told, [fires, fires, over]);
    expect(posts.map(({ labels }) => labels["cluster"])).toEqual(["a", "b", "a"]);
  });

  it("goes on with what it told when only the way there changes", async () => {
    const { url, told } = await startAlertmanager();
    const { sees, set } = await startAgent(stateFolder(), { urls: [url] });
    sees(duplicate);
    await expectTold(told, [fires]);
    set({ urls: [url], timeoutMs: 3_000 });
    sees(sound);
    await expectTold(told, [fires, over]);
  });

  it("is not disturbed by a state directory that cannot be written", async () => {
    const { url, told } = await startAlertmanager();
    const file = join(stateFolder(), "file");
    writeFileSync(file, "");
    const { sees, lines, stateFailures } = await startAgent(file, { urls: [url] });
    sees(duplicate);
    sees(duplicate);
    await expectTold(told, [fires]);
    await waitFor("failures to be counted", () => stateFailures() >= 3);
    const told2 = lines().filter((line) => line.includes("could not be written down"));
    expect(told2).toHaveLength(1);
    expect(lines()).toContain("which alerts were pushed before is not known");
  });
});

describe("an agent that is started again", () => {
  async function firedBefore(stateDir: string, url: string, told: readonly string[]) {
    const first = await startAgent(stateDir, { urls: [url], labels: { cluster: "a" } });
    first.sees(duplicate);
    await expectTold(told, [fires]);
    await first.stop();
    expect(told).toEqual([fires]); // stopping ends no alert
  }

  it("goes on with an alert that is still there, as of when it began", async () => {
    const { url, told, posts } = await startAlertmanager();
    const state = stateFolder();
    await firedBefore(state, url, told);
    const { sees } = await startAgent(state, { urls: [url], labels: { cluster: "a" } });
    sees(suspected);
    await expectTold(told, [fires, fires]);
    expect(posts[1]?.startsAt).toBe(posts[0]?.startsAt);
  });

  it("ends an alert that was over meanwhile, once it can see", async () => {
    const { url, told } = await startAlertmanager();
    const state = stateFolder();
    await firedBefore(state, url, told);
    const { sees } = await startAgent(state, { urls: [url], labels: { cluster: "a" } });
    sees(blind);
    await expectTold(told, [fires, fires]);
    sees(sound);
    await expectTold(told, [fires, fires, over]);
    await waitFor("the file to go", () => !existsSync(join(state, "alerts.json")));
  });

  it("ends it at the old place and under its old labels", async () => {
    const [one, other] = [await startAlertmanager(), await startAlertmanager()];
    const state = stateFolder();
    await firedBefore(state, one.url, one.told);
    const { sees } = await startAgent(state, { urls: [other.url] });
    sees(duplicate);
    await expectTold(one.told, [fires, over]);
    await expectTold(other.told, [fires]);
    expect(one.posts[1]?.labels).toEqual(one.posts[0]?.labels);
  });

  it("ends it although nothing is to be pushed any more", async () => {
    const { url, told } = await startAlertmanager();
    const state = stateFolder();
    await firedBefore(state, url, told);
    const { sees } = await startAgent(state, {});
    sees(duplicate);
    await expectTold(told, [fires, over]);
  });

  it("tells of the end that its predecessor could not", async () => {
    const { url, told, answerWith } = await startAlertmanager();
    const state = stateFolder();
    await firedBefore(state, url, told);
    answerWith(503);
    const second = await startAgent(state, { urls: [url], labels: { cluster: "a" } });
    second.sees(sound);
    await waitFor("the end to be kept", () => {
      return !readFileSync(join(state, "alerts.json"), "utf8").includes('"endsAtMs":null');
    });
    await second.stop();
    answerWith(200);
    await startAgent(state, { urls: [url], labels: { cluster: "a" } });
    await expectTold(told, [fires, over]);
  });

  it("begins afresh, and says so, where the file is broken", async () => {
    const { url, told } = await startAlertmanager();
    const state = stateFolder();
    writeFileSync(join(state, "alerts.json"), "{");
    const { sees, lines, stateFailures } = await startAgent(state, { urls: [url] });
    expect(lines()).toContain("which alerts were pushed before is not known");
    expect(stateFailures()).toBe(1);
    sees(duplicate);
    await expectTold(told, [fires]);
  });
});
