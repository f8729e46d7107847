/** The gateway's own command for API keys, with the Redis of the gateway that runs on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./services/binaries.ts";
import type { Step } from "./steps.ts";

/** Its Redis: what the environment names, else `.env`, `npm run start` or `npm run dev`. */
export function keysStep(args: readonly string[]): Step {
  const settings = join(ROOT, ".env");
  const known = [".state", join(".data", "dev")]
    .map((folder) => join(ROOT, folder, "gateway", "secrets", "GATEWAY_REDIS_URL"))
    .find((file) => existsSync(file));
  const isGiven = Boolean(process.env.GATEWAY_REDIS_URL || process.env.GATEWAY_REDIS_URL_FILE);
  if (!isGiven && !existsSync(settings) && known !== undefined) process.env.GATEWAY_REDIS_URL_FILE = known;
  return {
    name: "keys",
    command: process.execPath,
    args: [
      ...(isGiven || !existsSync(settings) ? [] : [`--env-file=${settings}`]),
      join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts"),
      ...args,
    ],
  };
}
