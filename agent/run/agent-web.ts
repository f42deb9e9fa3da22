import type { Clock } from "../model/clock.ts";
import type { Settings } from "../model/settings.ts";
import type { WebSources } from "../expose/answers.ts";
import type { Metrics } from "../expose/metrics.ts";
import { startWebServer, type WebServer } from "../expose/web.ts";
import { urlOf } from "./greeting.ts";
import type { Logger } from "./logger.ts";
import type { FileShield } from "./web-shield.ts";

/** What the agent's web server works with. */
export interface AgentWebParts {
  readonly sources: WebSources;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** The agent's web server, wherever it listens. */
export interface AgentWeb {
  /** What is bound now. */
  server(): WebServer;
  /** Listens as these settings say. Rejects when it cannot; it then listens as before. */
  apply(next: Settings["web"]): Promise<void>;
  close(): Promise<void>;
}

interface Standing {
  readonly settings: Settings["web"];
  readonly server: WebServer;
  readonly shield: FileShield | undefined;
}

/** Listens as the settings say. Rejects with a SettingsError or ListenError when it cannot. */
export async function startAgentWeb(
  first: Settings["web"],
  parts: AgentWebParts,
): Promise<AgentWeb> {
  const { sources, logger } = parts;
  let closed = false;
  let changes: Promise<void> = Promise.resolve();
  let now = await listen(first, await shieldFor(first));

  async function listen(
    settings: Settings["web"],
    shield: FileShield | undefined,
  ): Promise<Standing> {
    const server = await startWebServer(settings, sources, undefined, shield);
    return { settings, server, shield };
  }

  /** Its code, and Node's TLS, are loaded only where there is a configuration file. */
  async function shieldFor({ host, configFile }: Settings["web"]): Promise<FileShield | undefined> {
    if (configFile === undefined) return undefined;
    const { createAgentShield } = await import("./agent-shield.ts");
    return await createAgentShield(configFile, host, parts, () => {
      logger.info({ web: configFile }, "what is asked of clients has changed: listening anew");
      takeTurn(() => listenAnew(now.settings)).catch((error: unknown) =>
        logger.error({ err: error, web: configFile }, "could not listen anew"),
      );
    });
  }

  /** One change after the other. */
  function takeTurn(turn: () => Promise<void>): Promise<void> {
    const made = changes.then(turn);
    changes = made.catch(() => undefined); // whoever asked for it is told
    return made;
  }

  /**
   * At the port where it listens already, so the old one has to make way first: the kernel refuses
   * 0.0.0.0 beside 127.0.0.1, too.
   */
  async function listenAnew(next: Settings["web"]): Promise<void> {
    if (closed) return;
    const shield = await shieldFor(next);
    const before = now;
    const ended = before.server.close();
    try {
      now = await listen(next, shield);
    } catch (error) {
      now = await listen(before.settings, before.shield);
      throw error;
    }
    await ended;
  }

  async function change(next: Settings["web"]): Promise<void> {
    const { settings, server, shield } = now;
    if (next.host === settings.host && next.port === settings.port) {
      if (next.configFile === settings.configFile) shield?.reload();
      else await listenAnew(next);
      return;
    }
    if (next.port === settings.port) {
      await listenAnew(next);
    } else {
      now = await listen(next, await shieldFor(next));
      await server.close();
    }
    logger.info(now.server.address, `listening on another address: ${urlOf(now.server)}`);
  }

  return {
    server: () => now.server,
    apply: (next) => takeTurn(() => change(next)),
    async close() {
      closed = true;
      await changes;
      await now.server.close();
    },
  };
}
