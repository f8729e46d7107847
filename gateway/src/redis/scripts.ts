/** Runs the atomic steps of the protocol: EVALSHA, and EVAL where the server has forgotten the script. */
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { Redis } from "./client.ts";

export type ScriptName = keyof typeof SCRIPTS;

/**
 * Runs `schemas/redis/<name>.lua`, whose head comment states keys, arguments and answer.
 * @throws the server's ReplyError, or a connection error of ioredis.
 */
export async function runScript(
  redis: Redis,
  name: ScriptName,
  keys: string[],
  args: (string | number | Buffer)[],
): Promise<unknown> {
  const script = SCRIPTS[name];
  if (!script) throw new Error(`no script is called ${name}`);
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return await redis.eval(script.source, keys.length, ...keys, ...args);
  }
}
