import { parseArgs } from "node:util";
import { build, built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { setup } from "./setup.mjs";
import { importTypeScript } from "./typescript.mjs";

const releases = ["bookworm", "trixie"];
const packages = ["debootstrap", "systemd-container", "iproute2", "util-linux"];
const help = `npm run incident -- [options]

Boots a host with systemd in a container, makes two gunicorn masters on one socket as they came
about in production, shows what onemaster says, and ends the host. Needs root and Debian.

  --release NAME  bookworm (systemd 252, gunicorn 20.1.0) or trixie (257, 23.0.0); bookworm
  --shell         a shell on the host with the two masters, instead of the last step
  --help
`;

const options = read(process.argv.slice(2));
if (process.getuid() !== 0) fail("needs root: it starts a container with systemd as pid 1");
await setup();
if (!built() && !(await build())) process.exit(1);
const missing = missingOf(packages);
const why = missing.length === 0 ? undefined : await install(missing);
if (why !== undefined) fail(`needs ${missing.join(" ")}: ${why}`);
const { tellStory } = await importTypeScript("test/testbed/story.ts");
await tellStory(options);

function read(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        release: { type: "string", default: "bookworm" },
        shell: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    if (!releases.includes(values.release)) {
      throw new Error(`--release: "${values.release}" is none of ${releases.join(", ")}`);
    }
    if (values.shell && !process.stdin.isTTY) {
      throw new Error("--shell: stdin is not a terminal");
    }
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exit(64);
  }
}

function fail(message) {
  process.stderr.write(`incident: ${message}\n`);
  process.exit(1);
}
