/** The gateway's own command for API keys, with the Redis of the gateway that runs on this machine. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./services/binaries.ts";
import type { Step } from "./steps.ts";

/** Its Redis: what the environment names, else `.env`, else that of what was started here last: `start`, `dev`, `dev:edge`. */
export function keysStep(args: readonly string[]): Step {
  const settings = join(ROOT, ".env");
  const known = lastStarted(ROOT);
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

/** @returns the file with the address of its Redis; each start writes it anew */
export function lastStarted(root: string): string | undefined {
  const files = [".state", join(".data", "dev"), join(".data", "dev-edge")]
    .map((folder) => join(root, folder, "gateway", "secrets", "GATEWAY_REDIS_URL"))
    .filter((file) => existsSync(file));
  const [last] = files.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  return last;
}
