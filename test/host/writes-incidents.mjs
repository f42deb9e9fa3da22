// Writes the same few incidents over and over until it is killed: node writes-incidents.mjs STATE_DIR
import { importTypeScript } from "../../scripts/typescript.mjs";

const { writeIncident } = await importTypeScript("agent/history/incident-files.ts");
const { incident } = await importTypeScript("test/unit/history/incidents.ts");
const limits = { count: 3, totalBytes: 2 ** 20, recordBytes: 2 ** 18 };
const [stateDir] = process.argv.slice(2);
for (let turn = 1; ; turn += 1) {
  const time = `2026110${1 + (turn % 5)}T000000Z`;
  const moments = Array.from({ length: 200 }, () => ({ at: "now", text: `turn ${turn}` }));
  await writeIncident(stateDir, { ...incident(time), state: "closed", journal: moments }, limits);
  if (turn === 1) process.stdout.write("writing\n");
}
