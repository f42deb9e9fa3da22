import { vi } from "vitest";
import type { ToldAlert } from "../../../agent/model/alert.ts";
import type { PushResult } from "../../../agent/expose/alertmanager-post.ts";
import { createTarget } from "../../../agent/expose/alertmanager-target.ts";
import { fakeClock } from "../run/fake-clock.ts";

/** Where it is. */
export const url = "http://am:9093";
/** Labels of an alert. */
export const a = { alertname: "A", socket: "/run/a.sock" };
/** Labels of another. */
export const b = { alertname: "B" };
/** A push that was taken. */
export const taken: PushResult = { ok: true, serverMs: undefined };

/** A push that failed so. */
export function refused(kind: string): PushResult {
  return { ok: false, kind, reason: `it is ${kind}`, serverMs: undefined };
}

interface Pushed {
  readonly labels: { readonly alertname: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

/** A target on a clock of the test, and an Alertmanager that answers when the test says so. */
export function setUp(restored: readonly ToldAlert[] = []) {
  const clock = fakeClock();
  const pushes: {
    readonly body: string;
    readonly atMs: number;
    readonly answer: (result: PushResult) => void;
  }[] = [];
  const lines: string[] = [];
  let changes = 0;
  let heard: AbortSignal | undefined;
  const target = createTarget(
    {
      url,
      clock,
      random: () => 1,
      post: (body, signal) =>
        new Promise((answer) => {
          heard = signal;
          pushes.push({ body, atMs: clock.wallMs(), answer });
        }),
      told: ({ level, text }) => lines.push(`${level} ${text.replace(url, "am")}`),
      changed: () => (changes += 1),
    },
    restored,
  );
  return {
    target,
    clock,
    lines,
    pushes,
    changes: () => changes,
    aborted: () => heard?.aborted,
    /** Answers the last push. */
    async answer(result: PushResult) {
      pushes.at(-1)?.answer(result);
      await vi.waitFor(() => undefined);
      await Promise.resolve();
      await Promise.resolve();
    },
    /** What each push carried: names, ended ones in brackets. */
    told: () =>
      pushes.map(({ body, atMs }) =>
        (JSON.parse(body) as readonly Pushed[])
          .map(({ labels, endsAt }) =>
            Date.parse(endsAt) > atMs ? labels.alertname : `(${labels.alertname})`,
          )
          .join(" "),
      ),
    last: () => (JSON.parse(pushes.at(-1)?.body ?? "[]") as readonly Pushed[])[0],
  };
}
