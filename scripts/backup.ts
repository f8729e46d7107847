/** `npm run backup -- FOLDER`: copies Redis and the object store into a new folder. */
import { fromCaller } from "./caller.ts";
import { readCommandLine } from "./command-line.mjs";
import { copyData } from "./copy-data.ts";

const { values, words } = readCommandLine("backup", process.argv.slice(2));
const { data, pause } = values as { data?: string; pause?: string };
await copyData("make", data, [fromCaller(words[0]!), ...(pause === undefined ? [] : ["--pause", pause])]);
