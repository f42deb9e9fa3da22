import { bench } from "./main.mjs";
import { readOptions } from "./options.mjs";

await bench(readOptions(process.argv.slice(2)));
