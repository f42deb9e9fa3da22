import type { AgentWebParts } from "./agent-web.ts";
import { createPasswordMatcher } from "./password-matcher.ts";
import { createWebShield, type FileShield } from "./web-shield.ts";

/** The shield of an agent's web server: it tells of itself in the log and on /metrics. */
export async function createAgentShield(
  file: string,
  host: string,
  { clock, metrics, logger }: AgentWebParts,
  reshaped: () => void,
): Promise<FileShield> {
  const told = metrics.followWeb();
  let warned = "";
  let first = true;
  return await createWebShield({
    file,
    host,
    clock,
    matches: await createPasswordMatcher(),
    loaded({ config, expiresMs, warnings }) {
      told.setGood(true);
      told.setExpiry(expiresMs);
      if (config.rateLimit !== undefined) told.startAtZero("rate");
      if (!first) logger.info({ web: file }, "web configuration loaded again");
      first = false;
      if (warnings.join("\n") !== warned) {
        for (const warning of warnings) logger.warn({ web: file }, warning);
      }
      warned = warnings.join("\n");
    },
    broken(reason) {
      told.setGood(false);
      logger.error({ web: file }, `web configuration not taken, the old one stays: ${reason}`);
    },
    reshaped,
    refused: told.countRefusal,
    failed: (error) => logger.error({ err: error }, "a password could not be checked"),
  });
}
