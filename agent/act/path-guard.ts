import type { FileNow } from "../model/acting.ts";
import type { EndingPlan } from "../model/remediation.ts";
import { find, isDead } from "./found.ts";
import type { ActParts } from "./parts.ts";
import type { Rescue } from "./rescue.ts";

/** How the path stands after a look. */
export type PathNow =
  | { readonly kind: "fine" } // the planned file stands there, or none was planned
  | { readonly kind: "restored" } // it was lost, and has just been put back
  | { readonly kind: "ownerless"; readonly why: string } // lost, and nobody alive serves behind it
  | { readonly kind: "lost"; readonly why: string } // lost, and it could not be put back
  | { readonly kind: "taken"; readonly why: string } // something else stands there
  | { readonly kind: "unknown"; readonly why: string };

/** Watches the live path while a group is ended. */
export interface PathGuard {
  /**
   * Looks, and puts the path back with link(2) when nothing stands there while the planned owner
   * lives and has not closed its listener. It looks at the path as clients take it, and puts back
   * only in the open directory, where the name is free. Whatever stands there is never replaced.
   */
  look(): PathNow;
  /** How often it was put back. */
  restored(): number;
}

/** A guard of the plan's path. `rescueNow` gives its second name; undefined: there is none. */
export function createPathGuard(
  plan: EndingPlan,
  parts: Pick<ActParts, "eyes" | "hands">,
  rescueNow: () => Rescue | undefined,
): PathGuard {
  const { eyes, hands } = parts;
  const { socket, file } = plan;
  let restored = 0;

  function restore(): PathNow {
    const nobody = whyNobodyServes(plan, parts);
    if (nobody !== undefined) {
      return { kind: "ownerless", why: `nothing stands at ${socket}: ${nobody}` };
    }
    const rescue = rescueNow();
    const lost = `nothing stands at ${socket}, and`;
    if (rescue === undefined) return { kind: "lost", why: `${lost} it has no second name` };
    const { folder, live, second } = rescue;
    const there = folder.look(live);
    if (there.kind === "unreadable") {
      return { kind: "unknown", why: `${lost} its directory cannot be looked at: ${there.why}` };
    }
    if (there.kind !== "absent") {
      const what = isPlanned(plan, there) ? "its file stands" : "something else stands";
      return { kind: "taken", why: `${lost} ${what} where that path used to lead` };
    }
    if (!isPlanned(plan, folder.look(second))) {
      return { kind: "lost", why: `${lost} ${second} beside it is not its file` };
    }
    const done = hands.link(folder.at(second), folder.at(live));
    if (done.kind === "done") {
      restored += 1;
      return { kind: "restored" };
    }
    const why = done.kind === "gone" ? "it is gone" : done.why;
    return { kind: "lost", why: `${lost} ${second} beside it cannot be it: ${why}` };
  }

  return {
    look() {
      if (file === null) return { kind: "fine" };
      const now = eyes.file(socket);
      if (isPlanned(plan, now)) return { kind: "fine" };
      switch (now.kind) {
        case "absent":
          return restore();
        case "unreadable":
          return { kind: "unknown", why: `${socket} could not be looked at: ${now.why}` };
        case "other":
          return { kind: "taken", why: `what stands at ${socket} is no socket` };
        case "socket":
          return {
            kind: "taken",
            why: `another socket file stands at ${socket}: inode ${now.inode}, not ${file.inode}`,
          };
      }
    },
    restored: () => restored,
  };
}

/** True for the socket file that the plan names. */
export function isPlanned({ file }: EndingPlan, now: FileNow): boolean {
  return (
    file !== null && now.kind === "socket" && now.device === file.device && now.inode === file.inode
  );
}

/**
 * A gunicorn that is told to end closes its listener first, then removes the file, and lives on
 * until its workers are done: its path is gone on purpose. Sockets that cannot be read say nothing
 * of that kind, and a path too many costs less than one too few.
 */
function whyNobodyServes(
  { owner }: EndingPlan,
  { eyes }: Pick<ActParts, "eyes">,
): string | undefined {
  if (owner === null) return "nobody is known to own it";
  const { pid } = owner.master;
  const found = find(owner.master, eyes);
  if (found.kind !== "same" || isDead(found.now)) return `its serving master ${pid} is not there`;
  const sockets = eyes.sockets(pid);
  if (sockets !== undefined && !sockets.includes(owner.listenerInode)) {
    return `its serving master ${pid} has closed its listener`;
  }
  return undefined;
}
