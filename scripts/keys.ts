/** `npm run keys -- create|list|revoke`: hands API keys over to the gateway's own command, with its Redis. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { ROOT } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

const args = process.argv.slice(2);
readCommandLine("keys", args);

const settings = join(ROOT, ".env");
const known = [".state", join(".data", "dev")]
  .map((folder) => join(ROOT, folder, "gateway", "secrets", "GATEWAY_REDIS_URL"))
  .find((file) => existsSync(file));
const isGiven = Boolean(process.env.GATEWAY_REDIS_URL || process.env.GATEWAY_REDIS_URL_FILE);
if (!isGiven && !existsSync(settings) && known !== undefined) process.env.GATEWAY_REDIS_URL_FILE = known;

process.exitCode = runStep({
  name: "keys",
  command: process.execPath,
  args: [
    ...(isGiven || !existsSync(settings) ? [] : [`--env-file=${settings}`]),
    join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts"),
    ...args,
  ],
});
