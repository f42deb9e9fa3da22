import { readOptions, readyForHosts } from "./host-script.mjs";
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

const options = readOptions(
  "incident",
  help,
  {
    options: {
      release: { type: "string", default: "bookworm" },
      shell: { type: "boolean", default: false },
    },
  },
  ({ release, shell }) => {
    if (!releases.includes(release)) {
      throw new Error(`--release: "${release}" is none of ${releases.join(", ")}`);
    }
    if (shell && !process.stdin.isTTY) throw new Error("--shell: stdin is not a terminal");
    return { release, shell };
  },
);
await readyForHosts("incident", packages);
const { tellStory } = await importTypeScript("test/testbed/story.ts");
await tellStory(options);
