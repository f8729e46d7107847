/** `npm run setup:compose`: writes what docker-compose.yml needs, and says what comes next. */
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { setUpCompose } from "./services/compose-folder.ts";
import { ROOT } from "./services/binaries.ts";

readCommandLine("setup:compose", process.argv.slice(2));
const folder = join(ROOT, ".compose");
const made = setUpCompose(folder);
console.log(
  made.length === 0
    ? `Everything is there: ${folder} stays as it is.`
    : `Made ${made.length} files in ${folder}: passwords and keys that nobody has seen, and settings.env, which is yours to change.`,
);
console.log(`Next:
  docker compose --profile core up -d --build
  cat ${join(folder, "data", "keys", "owner")}        # the first API key, made when the gateway first starts`);
