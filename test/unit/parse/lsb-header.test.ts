import { expect, it } from "vitest";
import { parseLsbHeader } from "../../../agent/parse/lsb-header.ts";

it.each([
  [
    "a whole one",
    `#!/bin/sh
### BEGIN INIT INFO
# Provides:          platform
# Required-Start:    $local_fs $network
#                    mysql
# Should-Start: redis-server
# Short-Description: The sample platform
# Description: it is
#	served by gunicorn
### END INIT INFO
# Required-Start: not this
`,
    {
      description: "The sample platform",
      starts: ["$local_fs", "$network", "mysql", "redis-server"],
    },
  ],
  ["none", "#!/bin/sh\n# Required-Start: $network\n", { description: undefined, starts: [] }],
  [
    "an empty one",
    "### BEGIN INIT INFO\n### END INIT INFO\n",
    { description: undefined, starts: [] },
  ],
  [
    "one that goes on before it begins",
    "### BEGIN INIT INFO\n#   x\n# Required-Start:\n### END INIT INFO\n",
    { description: undefined, starts: [] },
  ],
])("reads an LSB header: %s", (_, script, header) => {
  expect(parseLsbHeader(script)).toEqual(header);
});
