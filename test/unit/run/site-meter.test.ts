import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askSite, type SiteAnswer, type SitePlace } from "../../../agent/probe/site-ask.ts";
import { startSiteMeter } from "../../../agent/run/site-meter.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitFor } from "../../support/wait.ts";

const place: SitePlace = { through: "socket", path: "/run/app.sock", url: "/" };
const good: SiteAnswer = { kind: "answered", status: 200 };
const gone: SiteAnswer = { kind: "silent", why: "ENOENT" };
const bad: SiteAnswer = { kind: "answered", status: 502 };

/** A meter whose requests are answered with these, 2 s apart by its own clock. */
async function measured(answers: readonly SiteAnswer[]) {
  let turn = 0;
  let nowMs = 0;
  const meter = startSiteMeter({
    places: [place],
    isGood: (_, answer) => answer.kind === "answered" && answer.status < 500,
    monotonicMs: () => nowMs,
    ask: () => {
      turn += 1;
      // the next tick is after the rest that follows
      setImmediate(() => (nowMs += 1_900));
      nowMs += 100;
      return Promise.resolve(answers[turn - 1] ?? good);
    },
  });
  await waitFor("all to be asked", () => turn >= answers.length);
  const [asked] = await meter.stop();
  return asked;
}

describe("a meter", () => {
  it.each([
    ["nothing fails", [good, good, good], 0, 0, []],
    ["one fails", [good, gone, good], 1, 2_000, [{ why: "ENOENT", times: 1 }]],
    [
      "several fail in a row",
      [good, gone, gone, bad, good],
      3,
      6_000,
      [
        { why: "ENOENT", times: 2 },
        { why: "answered 502", times: 1 },
      ],
    ],
    ["it is down twice", [gone, good, gone, good], 2, 4_000, [{ why: "ENOENT", times: 2 }]],
  ] as const)("where %s", async (_, answers, failed, downMs, failures) => {
    const asked = await measured(answers);
    expect(asked).toMatchObject({ through: "socket", failed, downMs, slowestMs: 100, failures });
    expect(asked?.asked).toBeGreaterThanOrEqual(answers.length);
  });

  it.each([
    ["quick, ten times as long as it took", 10, 110],
    ["slow, a second", 2_000, 3_000],
    ["asked in vain, at once", undefined, 5],
  ] as const)("waits after an answer that was %s", async (_, tookMs, nextMs) => {
    let nowMs = 0;
    const askedAtMs: number[] = [];
    const meter = startSiteMeter({
      places: [place],
      isGood: (_place, { kind }) => kind === "answered",
      monotonicMs: () => nowMs,
      ask: () => {
        askedAtMs.push(nowMs);
        nowMs += tookMs ?? 0;
        return Promise.resolve(tookMs === undefined ? gone : good);
      },
    });
    await waitFor("the second request", () => {
      // time passes only here
      if (askedAtMs.length === 1) nowMs += 50;
      return askedAtMs.length > 1;
    });
    await meter.stop();
    expect(askedAtMs[1]).toBeGreaterThanOrEqual(nextMs);
  });

  it("asks less often the longer it is down, and as often as before once it is not", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const beganMs = Date.now();
    const askedAtMs: number[] = [];
    const meter = startSiteMeter({
      places: [place],
      isGood: (_place, { kind }) => kind === "answered",
      monotonicMs: () => Date.now(),
      ask: () => {
        const atMs = Date.now() - beganMs;
        askedAtMs.push(atMs);
        return Promise.resolve(atMs > 10_000 && atMs < 20_000 ? good : gone);
      },
    });
    await vi.advanceTimersByTimeAsync(20_200);
    const [asked] = await meter.stop();
    const apartMs = (fromMs: number, toMs: number): number[] => {
      const then = askedAtMs.filter((atMs) => atMs >= fromMs && atMs < toMs);
      const gaps = then.slice(1).map((atMs, at) => atMs - (then[at] ?? 0));
      return [Math.min(...gaps), Math.max(...gaps)];
    };
    expect([apartMs(0, 200), apartMs(900, 1_000), apartMs(6_000, 10_000)]).toEqual([
      [5, 5],
      [20, 20],
      [100, 100],
    ]);
    expect(apartMs(20_005, 20_200)).toEqual([5, 5]);
    expect(asked?.downMs).toBeGreaterThanOrEqual(10_000);
    expect(asked?.downMs).toBeLessThan(10_400);
  });

  it("asks no more once it is stopped, and waits for what is under way", async () => {
    const underWay: ((answer: SiteAnswer) => void)[] = [];
    const meter = startSiteMeter({
      places: [place],
      isGood: () => true,
      monotonicMs: () => 0,
      ask: () => new Promise((resolve) => underWay.push(resolve)),
    });
    await waitFor("the first request", () => underWay.length > 0);
    const stopped = meter.stop();
    const asked = underWay.length;
    for (const answer of underWay) answer(good);
    expect((await stopped)[0]?.asked).toBe(asked);
    expect(underWay).toHaveLength(asked);
  });
});

describe("asking a site", () => {
  it("through its socket, and as its clients do", async () => {
    const folder = temporaryFolder("ask");
    const heard: string[] = [];
    const server = createServer(({ url, headers }, answer) => {
      heard.push(`${url} ${headers.host}`);
      answer.statusCode = url === "/cut" ? 200 : 204;
      if (url !== "/cut") return answer.end();
      answer.setHeader("Content-Length", 10);
      answer.write("half", () => answer.destroy());
      return undefined;
    });
    const path = join(folder, "app.sock");
    server.listen(path);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const web = createServer((request, answer) => {
      heard.push(`${request.url} ${request.headers.host}`);
      answer.end("x");
    });
    web.listen(0, "127.0.0.1");
    await once(web, "listening");
    onTestFinished(() => void web.close());
    const address = web.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const ask = (where: SitePlace): Promise<SiteAnswer> => askSite(where, 2_000);
    expect(await ask({ through: "socket", path, url: "/a?b" })).toEqual({
      kind: "answered",
      status: 204,
    });
    const url = `http://127.0.0.1:${port}/x`;
    expect(await ask({ through: "nginx", url, host: "site.example" })).toEqual(good);
    expect(heard).toEqual(["/a?b localhost", "/x site.example"]);
    expect(await ask({ through: "socket", path, url: "/cut" })).toMatchObject({ kind: "silent" });
    const nowhere = join(folder, "none.sock");
    expect(await ask({ through: "socket", path: nowhere, url: "/" })).toEqual(gone);
    expect(await ask({ through: "nginx", url: "ftp://x/", host: null })).toMatchObject({
      kind: "silent",
    });
  });
});
