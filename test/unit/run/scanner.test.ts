import { expect, it } from "vitest";
import type { ScanCause } from "../../../agent/model/scan.ts";
import { createScanner } from "../../../agent/run/scanner.ts";

/** Scans that end when the test says so; each result is the number of the scan. */
function setUp() {
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const causes: ScanCause[] = [];
  let running = 0;
  let most = 0;
  const scanner = createScanner((cause) => {
    causes.push(cause);
    running += 1;
    most = Math.max(most, running);
    const number = causes.length;
    return new Promise<number>((resolve, reject) => {
      const over = (settle: () => void): void => {
        running -= 1;
        settle();
      };
      ends.push({
        resolve: () => over(() => resolve(number)),
        reject: (error) => over(() => reject(error)),
      });
    });
  });
  /** Ends the scan with this number, which has to have begun. */
  async function end(number: number, error?: Error): Promise<void> {
    const scan = ends[number - 1];
    if (scan === undefined) throw new Error(`scan ${number} has not begun`);
    if (error === undefined) scan.resolve();
    else scan.reject(error);
    await settled();
  }
  return { scanner, causes, end, most: () => most };
}

/** Lets everything that waits for a settled promise run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a scan fails with; undefined when it does not. */
function failureOf(scan: Promise<unknown>): Promise<unknown> {
  return scan.then(
    () => undefined,
    (error: unknown) => error,
  );
}

it("scans when asked, for the cause it was asked for", async () => {
  const { scanner, causes, end } = setUp();
  const asked = scanner.scan("start");
  await end(1);
  expect(await asked).toBe(1);
  const again = scanner.scan("scrape");
  await end(2);
  expect(await again).toBe(2);
  expect(causes).toEqual(["start", "scrape"]);
});

it("never gives a request the result of a scan that had begun before it", async () => {
  const { scanner, causes, end } = setUp();
  const first = scanner.scan("interval");
  const others = [scanner.scan("file-event"), scanner.scan("scrape"), scanner.scan("scrape")];
  await end(1);
  await end(2);
  expect(await first).toBe(1);
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  expect(causes).toEqual(["interval", "file-event"]);
});

it("makes one scan at a time, also when somebody asks the moment one ends", async () => {
  const { scanner, causes, end, most } = setUp();
  const atTheEnd = scanner.scan("interval").then(() => scanner.scan("scrape"));
  const waiting = scanner.scan("file-event");
  await end(1);
  await end(2);
  expect(await waiting).toBe(2);
  expect(await atTheEnd).toBe(2);
  expect([causes.length, most()]).toEqual([2, 1]);
});

it("makes a third scan for who asks during the second", async () => {
  const { scanner, end } = setUp();
  void scanner.scan("interval");
  const second = scanner.scan("scrape");
  await end(1);
  const third = scanner.scan("scrape");
  await end(2);
  await end(3);
  expect([await second, await third]).toEqual([2, 3]);
});

it("tells a failure to those who asked for that scan alone", async () => {
  const { scanner, end } = setUp();
  const first = scanner.scan("interval");
  const second = scanner.scan("scrape");
  const told = failureOf(first);
  await end(1, new Error("the host is gone"));
  expect(await told).toEqual(new Error("the host is gone"));
  await end(2);
  expect(await second).toBe(2);
  const third = scanner.scan("scrape");
  await end(3);
  expect(await third).toBe(3);
});

it("waits at its stop for the scan that runs, and makes no more", async () => {
  const { scanner, causes, end } = setUp();
  const running = scanner.scan("interval");
  const waiting = scanner.scan("scrape");
  const refused = failureOf(waiting);
  let stopped = false;
  const stop = scanner.stop().finally(() => {
    stopped = true;
  });
  await settled();
  expect(stopped).toBe(false);
  await expect(scanner.scan("scrape")).rejects.toThrow("the agent is stopping");
  await end(1);
  expect(await refused).toEqual(new Error("the agent is stopping"));
  await stop;
  expect(await running).toBe(1);
  expect(causes).toEqual(["interval"]);
});

it("stops although the scan that runs fails", async () => {
  const { scanner, end } = setUp();
  const running = failureOf(scanner.scan("interval"));
  const stop = scanner.stop();
  await end(1, new Error("the host is gone"));
  expect(await running).toEqual(new Error("the host is gone"));
  await stop;
});
