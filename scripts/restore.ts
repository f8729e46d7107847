/** `npm run restore -- FOLDER`: puts a backup back into a Redis and a bucket that are empty. */
import { fromCaller } from "./caller.ts";
import { readCommandLine } from "./command-line.mjs";
import { copyData } from "./copy-data.ts";

const { values, words } = readCommandLine("restore", process.argv.slice(2));
const { data } = values as { data?: string };
await copyData("restore", data, [fromCaller(words[0]!)]);
