import { expect } from "vitest";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import { agentLog, metricsOf, startAgentService } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";

const port = 9093;
const kept = "/run/pages";

/** Takes what is pushed to an Alertmanager, and keeps it, a push a line. */
const receiver = `
import http.server
class Pager(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("${kept}", "ab") as file:
            file.write(body.replace(b"\\n", b" ") + b"\\n")
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
open("${kept}", "ab").close()
http.server.HTTPServer(("127.0.0.1", ${port}), Pager).serve_forever()
`;

/** Starts the agent on a host as a service that pushes to somebody who is woken by it. */
export async function startPagingAgent(host: TestHost): Promise<void> {
  await host.write("/root/pager.py", receiver);
  await host.run(["systemd-run", "--quiet", "--unit=pager", "python3", "/root/pager.py"]);
  await waitFor("somebody to be woken", async () => {
    return (await host.attempt(["test", "-e", kept])).exitCode === 0;
  });
  await startAgentService(host, { alertmanager: { url: `http://127.0.0.1:${port}` } });
}

/** Names of the alerts that were pushed so far, each once, in the order of their first push. */
async function pagesOn(host: TestHost): Promise<readonly string[]> {
  const pushes = (await host.run(["cat", kept])).split("\n").filter((line) => line !== "");
  const names = pushes.flatMap((push) =>
    (JSON.parse(push) as readonly Pushed[]).map(({ labels }) => labels["alertname"] ?? ""),
  );
  return [...new Set(names)];
}

interface Pushed {
  readonly labels: Readonly<Record<string, string>>;
}

/** What the agent's log says of the platform's socket, one sentence a change. */
async function toldOn(host: TestHost): Promise<readonly string[]> {
  const lines = (await agentLog(host)).split("\n").filter((line) => line.startsWith("{"));
  const head = `${platform.socket}: `;
  return lines.flatMap((line) => {
    const { msg } = JSON.parse(line) as { readonly msg: string };
    return msg.startsWith(head) ? [msg.slice(head.length)] : [];
  });
}

/**
 * A cutover that is over woke nobody, though the agent saw both masters; whoever starts a second
 * one afterwards wakes somebody, so that the pager was heard all the while.
 */
export async function expectNobodyWoken(host: TestHost): Promise<void> {
  const told = await toldOn(host);
  const both = told.filter((line) => line.startsWith("duplicate"));
  expect(both.length, `told: ${told.join("; ")}`).toBeGreaterThan(0);
  for (const line of both) {
    expect(line).toMatch(/^duplicate: .*; a cutover of platform\.service hands over$/);
  }
  expect(await pagesOn(host)).toEqual([]);
  expect(await confirmedOn(host)).toBe(0);
  await startAnother(host);
  await waitFor("a page", async () => (await pagesOn(host)).length > 0, 60_000);
  expect(await pagesOn(host)).toEqual(["OnemasterDuplicateMaster"]);
  expect(await confirmedOn(host)).toBe(1);
}

/** How many duplicates the running agent has confirmed so far. */
async function confirmedOn(host: TestHost): Promise<number> {
  const page = await metricsOf(host);
  const samples = page.filter(({ name, labels }) => {
    return name === "onemaster_incidents_total" && labels["kind"] === "duplicate";
  });
  if (samples.length === 0) throw new Error("no sample of incidents");
  return samples.reduce((sum, { value }) => sum + value, 0);
}

/** Starts a master by hand beside the one that serves, as nobody should. */
async function startAnother(host: TestHost): Promise<void> {
  const words = `gunicorn --daemon -w 1 -u www-data -g www-data -m 007 -b unix:${platform.socket}`;
  await host.run(`cd ${platform.root} && ${words} run:app`);
}
