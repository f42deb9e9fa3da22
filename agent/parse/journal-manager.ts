/** What the system manager says about itself. */
export type ManagerLine =
  | {
      readonly step: "asked";
      readonly kind: "manager-reload" | "manager-reexec";
      /** Such as `systemctl (pid 812) in session-3.scope`. */
      readonly by: string;
    }
  | { readonly step: "done"; readonly kind: "manager-reload" | "manager-reexec" };

const asked =
  /^(Reload|Reloading|Reexecution|Reexecuting) requested from client PID (\d+)(?: \('(.*)'\))?(?: \(unit (\S+)\))?\.\.\.$/;

/** Reads a line of the system manager that is about no unit; undefined for any other line. */
export function readManagerLine(message: string): ManagerLine | undefined {
  switch (message) {
    case "Reloading.": // to 253
    case "Reloading...":
      return { step: "done", kind: "manager-reload" };
    case "Reexecuting.":
      return { step: "done", kind: "manager-reexec" };
    default:
      return readRequest(message);
  }
}

function readRequest(message: string): ManagerLine | undefined {
  const match = asked.exec(message);
  if (match === null) return undefined;
  const [, what = "", pid = "", comm, unit] = match;
  const who = comm === undefined || comm === "" ? `pid ${pid}` : `${comm} (pid ${pid})`;
  return {
    step: "asked",
    kind: what.startsWith("Reload") ? "manager-reload" : "manager-reexec",
    by: unit === undefined ? who : `${who} in ${unit}`,
  };
}
