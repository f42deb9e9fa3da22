import type { CutoverNginx, CutoverService } from "../model/cutover.ts";
import type { CutoverValue } from "../model/cutover-plan.ts";
import { type Chosen, pathFrom } from "./cutover-choices.ts";
import type { ChosenEnvironment } from "./cutover-environment.ts";
import { startsAtBoot } from "./cutover-old.ts";
import type { PlanFacts, PlanParts, PlanSubject } from "./cutover-parts.ts";
import { type ChosenValues, modeText } from "./cutover-values.ts";

function nginxText(nginx: CutoverNginx | null | undefined): string | undefined {
  if (nginx === undefined) return undefined;
  if (nginx === null) return "not asked";
  return nginx.host === null ? nginx.url : `${nginx.url} (Host: ${nginx.host})`;
}

function maskText(umask: number): string {
  return `${umask.toString(8).padStart(3, "0")} (mode ${modeText(umask)})`;
}

/** What the native unit is made from, for people. */
export function valuesTold(
  { values, checks }: PlanFacts,
  environment: ChosenEnvironment,
  { socket }: PlanSubject,
): readonly CutoverValue[] {
  const { nginx, umask, workers, user, group } = values;
  function told(
    name: CutoverValue["name"],
    { source }: Chosen<unknown>,
    value: string | undefined,
  ): CutoverValue {
    return { name, value: value ?? null, source };
  }
  const mask = umask.value;
  return [
    { name: "socket", value: socket.path, source: "what gunicorn listens at" },
    told("program", values.program, values.program.value),
    told("app", values.app, values.app.value),
    told("arguments", values.arguments, values.arguments.value),
    told("chdir", values.chdir, values.chdir.value),
    told("user", user, checks.user?.name ?? user.value),
    told("group", group, checks.group?.name ?? group.value),
    told("workers", workers, workers.value?.toString()),
    told("umask", umask, mask === undefined ? undefined : maskText(mask)),
    told("nginx", nginx, nginxText(nginx.value)),
    { name: "environment", value: environment.text, source: environment.source },
  ];
}

/** What of the old command line is not in the new one. */
function leftOut({ line, chdir }: ChosenValues): readonly string[] {
  const { daemon, pidfile } = line;
  const out = [...(daemon ? ["--daemon"] : []), ...(pidfile === undefined ? [] : ["--pid"])];
  if (out.length === 0) return [];
  const file =
    pidfile === undefined ? "" : `; ${pathFrom(chdir.value, pidfile) ?? pidfile} is out of use`;
  return [`gunicorn gets no ${out.join(" and no ")}: systemd itself knows the master${file}`];
}

function accountChange(
  { choice, flags }: PlanParts,
  service: CutoverService | undefined,
): readonly string[] {
  const user = service?.user.name;
  const wasRoot = choice.model?.master?.user === "root";
  if (!wasRoot || flags.keepRoot || user === undefined || user === "root") return [];
  return [
    `gunicorn's master runs as ${user} from its start, no more as root, with HOME, USER and SHELL of ${user}`,
  ];
}

/** What will be otherwise than before, or deserves a look. */
export function notesTold(
  parts: PlanParts,
  { look, values }: PlanFacts,
  environment: ChosenEnvironment,
  service: CutoverService | undefined,
): readonly string[] {
  const { dropIns, links } = look;
  const atBoot = "it is not started at boot today, and will not be: systemctl enable changes that";
  return [
    ...values.notes,
    ...environment.notes,
    ...accountChange(parts, service),
    ...leftOut(values),
    ...(dropIns.length === 0 ? [] : [`${dropIns.join(", ")} will hold for the native unit too`]),
    ...(startsAtBoot(links) ? [] : [atBoot]),
  ];
}
