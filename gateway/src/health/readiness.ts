/** Decides whether this process can do its work now, and says why not. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { loadScripts } from "../redis/scripts.ts";
import { serversOf } from "../redis/sharded.ts";
import { checkRedis } from "./redis-check.ts";

/** What a role of this process says about itself. */
export interface RoleState {
  role: string;
  ready: boolean;
  /** For a person: what it does, or what it waits for. */
  detail: string;
}

export interface ReadinessDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  store: ObjectStore;
  roles: () => RoleState[];
  /** One sentence for each who works in other shards. */
  compareShards: () => Promise<string[]>;
}

export interface Readiness {
  /** What was looked at -> what was found. */
  checks: Record<string, string>;
  /** One sentence per thing that is not as it must be; empty when ready. */
  problems: string[];
}

export async function checkReadiness({
  redis,
  keys,
  shards,
  store,
  roles,
  compareShards,
}: ReadinessDeps): Promise<Readiness> {
  const looks: Record<string, () => Promise<unknown>> = {
    redis: () => checkRedis(redis, keys, shards),
    scripts: () => Promise.all(serversOf(redis, shards).map((server) => fromRedis(loadScripts(server)))),
    store: () => store.ensureBucket(),
    // It is no fault of this process alone, so it stands beside what is; where Redis is away, the first of these says so.
    shards: () =>
      compareShards().then(
        (sentences) => sentences.join(" ") || "ok",
        () => "not known",
      ),
  };
  const found = await Promise.all(
    Object.entries(looks).map(async ([name, look]) => {
      try {
        const said = await look();
        return { name, ready: true, detail: typeof said === "string" ? said : "ok" };
      } catch (error) {
        return { name, ready: false, detail: sentenceOf(error) };
      }
    }),
  );
  const all = [...found, ...roles().map(({ role, ready, detail }) => ({ name: role, ready, detail }))];
  return {
    checks: Object.fromEntries(all.map(({ name, detail }) => [name, detail])),
    problems: all.filter((each) => !each.ready).map(({ name, detail }) => `${name}: ${detail}`),
  };
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
