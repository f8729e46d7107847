/**
 * Runs the atomic steps of the protocol: EVALSHA, and EVAL where the server has forgotten the script. Executors of the
 * other plane have no EVAL: for them the gateways load all scripts.
 */
import { SCRIPTS, type ScriptName } from "@myspinbot/contracts/scripts.ts";
import { MANY, type Step } from "@myspinbot/contracts/steps.ts";
import type { Redis } from "./client.ts";
import { Connection } from "./connection.ts";
import { inShard, isClustered, shardOfName } from "./sharded.ts";
import { runTogether } from "./together.ts";

/**
 * @param sent called when it was sent, at each attempt: what is asked then, over the same connection, is answered behind it
 * @throws the server's ReplyError, or a connection error of ioredis.
 */
export function runStep<Answer>(redis: Redis, step: Step<Answer>, sent?: () => void): Promise<Answer> {
  if (!MANY.has(step.script)) return runAlone(redis, step, sent);
  const server = inShard(redis, shardOfName(step.keys[0]!)!);
  if (!(server instanceof Connection) || server.gathers !== true) return runAlone(server, step, sent);
  const send = (steps: readonly Step<unknown>[], sentAll: () => void): Promise<unknown[]> => {
    const keys = [...steps.map((each) => each.keys), isClustered(server) ? guardOf(step) : []];
    const count = keys.reduce((sum, list) => sum + list.length, 0);
    const lists = [...keys, ...steps.map(({ args }) => args)];
    const calls: Calls = {
      known: (sha1) => server.callScript([sha1, count], ...lists),
      whole: (source) => server.eval(source, count, ...lists.flat()),
    };
    return called<unknown[]>(step.script, calls, sentAll);
  };
  return runTogether(server, step, { send, sent });
}

function runAlone<Answer>(redis: Redis, step: Step<Answer>, sent?: () => void): Promise<Answer> {
  const { args } = step;
  const keys = isClustered(redis) ? [...step.keys, ...guardOf(step)] : step.keys;
  const calls: Calls = {
    known: (sha1) => redis.evalsha(sha1, keys.length, ...keys, ...args),
    whole: (source) => redis.eval(source, keys.length, ...keys, ...args),
  };
  return called(step.script, calls, sent);
}

interface Calls {
  /** Of a script that the server knows. */
  known(sha1: string): Promise<unknown>;
  whole(source: string): Promise<unknown>;
}

function called<Answer>(script: ScriptName, { known, whole }: Calls, sent?: () => void): Promise<Answer> {
  const { sha1, source } = SCRIPTS[script];
  const after = (reply: Promise<unknown>): Promise<Answer> => {
    sent?.();
    return reply as Promise<Answer>;
  };
  return after(known(sha1)).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return after(whole(source));
  });
}

/**
 * While a slot is moved key by key, its server refuses what a script does to a key that is not there, in the middle of
 * the script. A key that never is there makes it refuse the script as a whole, before anything was done. `renew` reads
 * what is behind its first keys as tasks, and writes to nothing else.
 */
function guardOf({ script, keys }: Pick<Step<unknown>, "script" | "keys">): string[] {
  return script === "renew" ? [] : [`${keys[0]}:none`];
}

/** Loads what the server does not know: all scripts after its start, else none. One round trip when all are there. */
export async function loadScripts(redis: Redis): Promise<void> {
  const scripts = Object.values(SCRIPTS);
  const known = (await redis.script("EXISTS", ...scripts.map(({ sha1 }) => sha1))) as number[];
  const missing = scripts.filter((_, index) => known[index] !== 1);
  await Promise.all(missing.map(({ source }) => redis.script("LOAD", source)));
}
