// node holds-hosts.mjs HOSTS STEP [SIGNAL]
//
// A process that uses the test bed as a test does. It starts the HOSTS, a JSON array of what
// startHost takes, and goes one STEP further, with a SIGNAL only when it has got that. What it does
// next is the last line on its stdout. With the step `start` it says no more once they are up, and
// with `die` it kills itself while it stops them.
import { once } from "node:events";
import { importTypeScript } from "../../scripts/typescript.mjs";

const [hosts, step, signal] = process.argv.slice(2);
const { startHost } = await importTypeScript("test/testbed/host.ts");
const { installPlatform, startPlatform } = await importTypeScript("test/testbed/incident.ts");

function say(what) {
  process.stdout.write(`${what}\n`);
}

say("starting");
const started = await Promise.all(JSON.parse(hosts).map((options) => startHost(options)));
// nothing else would keep the process
if (step === "start") await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
const told = signal === undefined ? undefined : once(process, signal);
say("up");
await told;
switch (step) {
  case "stop":
  case "die":
    break;
  case "throw":
    throw new Error("as a test does that fails");
  case "use":
    for (const host of started) {
      await installPlatform(host);
      await startPlatform(host);
    }
    say("in use");
    break;
  case "hold":
    await Promise.all(started.map((host) => host.run("sleep infinity", { timeoutMs: 600_000 })));
    break;
}
say("stopping");
const stopping = Promise.all(started.map((host) => host.stop()));
// its hosts have been told to end, and none of them has
if (step === "die") process.kill(process.pid, "SIGKILL");
await stopping;
