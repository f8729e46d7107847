/** A key of the API, made as the gateway's owner makes one: by a command at the machine. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import type { ValkeyServer } from "@myspinbot/services/valkey.ts";

export const ALL_SCOPES = "runs:write,runs:read,operate";

/** @param scopes with commas between */
export function makeKey(valkey: Pick<ValkeyServer, "urlOf">, scopes: string, owner = "default"): string {
  const command = join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts");
  const args = ["create", "--owner", owner, "--scopes", scopes];
  const env = { ...process.env, GATEWAY_REDIS_URL: valkey.urlOf("gateway") };
  const quiet = { encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync(process.execPath, [command, ...args], { env, ...quiet }).trim();
}
