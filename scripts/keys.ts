/** `npm run keys -- create|list|revoke`: hands API keys over to the gateway's own command, with its Redis. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { ROOT } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

const args = process.argv.slice(2);
readCommandLine("keys", args);

const settings = join(ROOT, ".env");
const ofDev = join(ROOT, ".data", "dev", "gateway", "secrets", "GATEWAY_REDIS_URL");
const isGiven = Boolean(process.env.GATEWAY_REDIS_URL || process.env.GATEWAY_REDIS_URL_FILE);
if (!isGiven && !existsSync(settings) && existsSync(ofDev)) process.env.GATEWAY_REDIS_URL_FILE = ofDev;

process.exitCode = runStep({
  name: "keys",
  command: process.execPath,
  args: [
    ...(isGiven || !existsSync(settings) ? [] : [`--env-file=${settings}`]),
    join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts"),
    ...args,
  ],
});
