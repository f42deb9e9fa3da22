// node holds-machine.mjs
//
// A process that uses a machine as a test does: it starts one and says so when it is up.
import { importTypeScript } from "../../scripts/typescript.mjs";

const { startMachine } = await importTypeScript("test/testbed/machine.ts");
await startMachine({ name: "held", memoryMib: 512 });
process.stdout.write("up\n");
