/** An API key for whoever starts a gateway that serves nobody without one. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./services/binaries.ts";

/** Made once for the data of a folder, in which it is kept. */
export function ownKey(dir: string, redisUrl: string): string {
  const file = join(dir, "key");
  if (existsSync(file)) return readFileSync(file, "utf8");
  const command = join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts");
  const scopes = "runs:write,runs:read,operate";
  const key = execFileSync(
    process.execPath,
    [command, "create", "--owner", "default", "--name", "own", "--scopes", scopes],
    { env: { ...process.env, GATEWAY_REDIS_URL: redisUrl }, stdio: ["ignore", "pipe", "ignore"] },
  );
  writeFileSync(file, key.toString().trim(), { mode: 0o600 });
  return key.toString().trim();
}
