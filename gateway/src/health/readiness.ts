/** Decides whether this process can do its work now, and says why not. */
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";

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
    scripts: () => checkScripts(redis),
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

/** The first call after a start of the server loads them; later ones only ask. */
async function checkScripts(redis: Redis): Promise<void> {
  const scripts = Object.values(SCRIPTS);
  const known = (await fromRedis(redis.script("EXISTS", ...scripts.map(({ sha1 }) => sha1)))) as number[];
  const missing = scripts.filter((_, index) => known[index] !== 1);
  await fromRedis(Promise.all(missing.map(({ source }) => redis.script("LOAD", source))));
}
