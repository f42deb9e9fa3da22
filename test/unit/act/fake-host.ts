import type { Done, Hands } from "../../../agent/model/acting.ts";
import type {
  EndingPlan,
  RemediationRecord,
  StepRecord,
} from "../../../agent/model/remediation.ts";
import type { RecoverParts } from "../../../agent/act/recover.ts";
import { crimeOf } from "./fake-crimes.ts";
import { eyesOn } from "./fake-eyes.ts";
import { createFakeKernel, type FakeKernel } from "./fake-kernel.ts";
import type { FakeProcess } from "./fake-process.ts";
import { orphanRescue, OWNER_LISTENER, path, populate, rescue, type Story } from "./fake-story.ts";

/** The agent dies by this; a real agent's hands never throw. */
export class Killed extends Error {}

/** A simulated host with one live group, and one that is to be ended, and an agent at it. */
export interface FakeHost {
  readonly kernel: FakeKernel;
  readonly plan: EndingPlan;
  readonly parts: RecoverParts;
  readonly told: StepRecord[];
  /** The record as it is on disk; undefined: never written. */
  kept(): RemediationRecord | undefined;
  keptTimes(): number;
  /** Calls of hands and of keep, in their order. */
  readonly calls: string[];
  /** What must never happen, and did. */
  readonly crimes: string[];
  /** The agent dies at its call number `at`, counted from 1 and from now on. */
  killAt(at: number, when: "before" | "after"): void;
  /** Another agent starts. */
  revive(): void;
  isDead(): boolean;
  /** Called before each call of the agent; may change the host. */
  onCall: ((call: string) => void) | undefined;
  /** Gives what becomes of a call instead of making it. */
  refuse: ((call: string) => Done | undefined) | undefined;
  /** Gives why a write of the record fails; the number of the write counts from 1. */
  keepFails: ((turn: number) => boolean) | undefined;
  setWallMs(ms: number): void;
  answers: boolean;
  /** Of the directory that names are in; undefined: it cannot be opened. */
  folderInode: number | undefined;
  openFolders: number;
  calledOff: string | undefined;
  hideSockets: number | undefined;
  process(pid: number): FakeProcess;
}

/** A host as the story has it: group 49 with 50 and 51 to be ended, group 68 with 69 serving. */
export function createFakeHost(story: Story = {}): FakeHost {
  let lostSinceMs: number | undefined;
  const crimes: string[] = [];
  const kernel = createFakeKernel(watchPath);
  const plan = populate(kernel, story);
  let dead = false;
  let doom: { left: number; readonly when: "before" | "after" } | undefined;
  let kept: string | undefined;
  let keptTimes = 0;
  let wallOffsetMs = Date.UTC(2026, 10, 22, 17, 50, 2);
  const told: StepRecord[] = [];
  const calls: string[] = [];

  /** The live path may be lost for one poll, while somebody serves behind it. */
  function watchPath(): void {
    const owner = kernel.processes.get(68);
    const serves = owner?.sockets.has(OWNER_LISTENER) === true;
    const guarded = kernel.files.has(rescue) || kernel.files.has(orphanRescue);
    if (!serves || !guarded || dead || kernel.files.has(path)) {
      lostSinceMs = undefined;
      return;
    }
    lostSinceMs ??= kernel.nowMs();
    if (kernel.nowMs() - lostSinceMs > 110) crimes.push(`${path} was lost for more than 110 ms`);
  }

  function agentCall<T>(call: string, make: () => T): T {
    if (dead) throw new Killed();
    calls.push(call);
    if (doom !== undefined) doom.left -= 1;
    if (doom?.left === 0 && doom.when === "before") {
      dead = true;
      throw new Killed();
    }
    host.onCall?.(call);
    const made = make();
    if (doom?.left === 0) {
      dead = true;
      throw new Killed();
    }
    return made;
  }

  function attempt(call: string, make: () => Done): Done {
    return agentCall(call, () => host.refuse?.(call) ?? make());
  }

  const hands: Hands = {
    signal: (pid, signal) =>
      attempt(`${signal} ${pid}`, () => {
        const crime = crimeOf(kernel, pid, signal);
        if (crime !== undefined) crimes.push(crime);
        if (signal === 0) return kernel.processes.has(pid) ? { kind: "done" } : { kind: "gone" };
        return kernel.signal(pid, signal) ? { kind: "done" } : { kind: "gone" };
      }),
    link: (existing, added) =>
      attempt(`link ${added}`, () => {
        if (story.linkDenied === true) return { kind: "denied", why: "EACCES" };
        const file = kernel.files.get(existing);
        if (file === undefined) return { kind: "gone" };
        if (kernel.files.has(added)) return { kind: "failed", why: "EEXIST" };
        kernel.files.set(added, file);
        return { kind: "done" };
      }),
    unlink: (name) =>
      attempt(`unlink ${name}`, () => {
        if (name === path) crimes.push("the live path was removed");
        return kernel.files.delete(name) ? { kind: "done" } : { kind: "gone" };
      }),
  };

  const eyes = eyesOn(kernel, () => host);
  const host: FakeHost = {
    kernel,
    plan,
    told,
    calls,
    crimes,
    kept: () => (kept === undefined ? undefined : (JSON.parse(kept) as RemediationRecord)),
    keptTimes: () => keptTimes,
    killAt(at, when) {
      doom = { left: at, when };
    },
    revive() {
      dead = false;
      doom = undefined;
    },
    isDead: () => dead,
    onCall: undefined,
    refuse: undefined,
    keepFails: undefined,
    setWallMs(ms) {
      wallOffsetMs = ms - kernel.nowMs();
    },
    answers: true,
    folderInode: 5,
    openFolders: 0,
    calledOff: undefined,
    hideSockets: undefined,
    process(pid) {
      const process = kernel.processes.get(pid);
      if (process === undefined) throw new Error(`no process ${pid}`);
      return process;
    },
    parts: {
      bootId: plan.bootId,
      eyes,
      hands,
      clock: {
        wallMs: () => kernel.nowMs() + wallOffsetMs,
        monotonicMs: () => kernel.nowMs(),
        sleep: (ms) => {
          if (dead) throw new Killed();
          kernel.pass(ms);
          return Promise.resolve();
        },
      },
      realPath: (asked) => asked,
      folder(name) {
        if (host.folderInode === undefined) return undefined;
        host.openFolders += 1;
        return {
          device: 7,
          inode: host.folderInode,
          at: (inside) => `${name}/${inside}`,
          look(inside) {
            const file = kernel.files.get(`${name}/${inside}`);
            if (file === undefined) return { kind: "absent" };
            return file.kind === "link" ? { kind: "other" } : file;
          },
          close() {
            host.openFolders -= 1;
          },
        };
      },
      calledOff: () => host.calledOff,
      // async: what it throws is a rejection, as in production
      async keep(record) {
        await Promise.resolve();
        agentCall("keep", () => {
          keptTimes += 1;
          if (host.keepFails?.(keptTimes) === true) throw new Error("ENOSPC");
          kept = JSON.stringify(record);
        });
      },
      told: (step) => told.push(step),
    },
  };
  return host;
}
