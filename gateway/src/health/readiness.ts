/** Decides whether this process can do its work now, and says why not. */
import type { ObjectStore } from "../artifacts/object-store.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { loadScripts } from "../redis/scripts.ts";

/** What a role of this process says about itself. */
export interface RoleState {
  role: string;
  ready: boolean;
  /** For a person: what it does, or what it waits for. */
  detail: string;
}

export interface ReadinessDeps {
  redis: Redis;
  store: ObjectStore;
  roles: () => RoleState[];
}

export interface Readiness {
  /** What was looked at -> what was found. */
  checks: Record<string, string>;
  /** One sentence per thing that is not as it must be; empty when ready. */
  problems: string[];
}

export async function checkReadiness({ redis, store, roles }: ReadinessDeps): Promise<Readiness> {
  const looks = {
    redis: () => checkServer(redis),
    scripts: () => fromRedis(loadScripts(redis)),
    store: () => store.check(),
  };
  const found = await Promise.all(
    Object.entries(looks).map(async ([name, look]) => {
      try {
        await look();
        return { name, ready: true, detail: "ok" };
      } catch (error) {
        return { name, ready: false, detail: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  const all = [...found, ...roles().map(({ role, ready, detail }) => ({ name: role, ready, detail }))];
  return {
    checks: Object.fromEntries(all.map(({ name, detail }) => [name, detail])),
    problems: all.filter((each) => !each.ready).map(({ name, detail }) => `${name}: ${detail}`),
  };
}

/** A server that evicts keys would forget runs without a word. */
async function checkServer(redis: Redis): Promise<void> {
  const info = await fromRedis(redis.info("memory"));
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    throw new Error(
      `maxmemory-policy is ${policy}, but must be noeviction: the server would delete runs when it is full`,
    );
  }
}
