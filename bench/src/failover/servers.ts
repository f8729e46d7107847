/** Three masters with a replica each, of which one master is lost and comes back as a replica. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ValkeyServer } from "@myspinbot/services/valkey.ts";
import { startValkeyCluster } from "@myspinbot/services/valkey-cluster.ts";
import { Redis } from "ioredis";

/** What happens to a master: its process dies or stops, or it dies some time after its replica has lost its link. */
export interface Loss {
  readonly name: string;
  readonly signal: "SIGKILL" | "SIGSTOP";
  readonly behindMs: number;
}

async function asOwner<T>({ url }: ValkeyServer, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  return work(redis).finally(() => redis.disconnect());
}

export interface Servers {
  urlOf(user: string): string;
  ownerOf(shard: string, besides?: ValkeyServer): Promise<ValkeyServer>;
  /** Answers when it was lost and when another had its place, by `performance.now`. */
  lose(server: ValkeyServer, shard: string, loss: Loss): Promise<{ lostAt: number; replacedAt: number }>;
  /** Brings it back, and waits until it has all that the other has. */
  bringBack(server: ValkeyServer, shard: string, loss: Loss): Promise<void>;
  stop(): Promise<void>;
}

export async function startServers(dir: string): Promise<Servers> {
  const cluster = await startValkeyCluster({ dir, servers: 3 });
  const all = [...cluster.servers, ...(await cluster.addReplicas())];
  let behind: ValkeyServer | undefined;

  const ownerOf: Servers["ownerOf"] = async (shard, besides) => {
    const asked = all.find((server) => server !== besides)!;
    const port = await asOwner(asked, async (redis) => {
      const slot = await redis.cluster("KEYSLOT", `{${shard}}`);
      const rows = await redis.cluster("SLOTS");
      return rows.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1];
    });
    return all.find((server) => server.port === port)!;
  };

  /** Its replica cannot log in any more. */
  const cutOff = async (master: ValkeyServer): Promise<void> => {
    for (const server of all) {
      const isIts = await asOwner(server, async (redis) => {
        const info = await redis.info("replication");
        if (!info.includes("role:slave") || !info.includes(`master_port:${master.port}`)) return false;
        await redis.config("SET", "masterauth", "wrong");
        return true;
      });
      if (isIts) behind = server;
    }
    await asOwner(master, (redis) => redis.call("CLIENT", "KILL", "TYPE", "replica"));
  };

  return {
    urlOf: cluster.urlOf,
    ownerOf,
    async lose(server, shard, { signal, behindMs }) {
      if (behindMs > 0) await cutOff(server).then(() => sleep(behindMs));
      const lostAt = performance.now();
      if (signal === "SIGKILL") await server.service.kill();
      else server.service.signal(signal);
      while ((await ownerOf(shard, server)) === server) await sleep(20);
      return { lostAt, replacedAt: performance.now() };
    },
    async bringBack(server, shard, { signal }) {
      if (behind) {
        const { password } = new URL(behind.url);
        await asOwner(behind, (redis) => redis.config("SET", "masterauth", decodeURIComponent(password)));
        behind = undefined;
      }
      if (signal === "SIGKILL") await server.service.start();
      else server.service.signal("SIGCONT");
      const isBack = new RegExp(`port=${server.port},state=online`);
      const now = await ownerOf(shard, server);
      while (!isBack.test(await asOwner(now, (redis) => redis.info("replication")))) await sleep(100);
      // Online is said before the first of what follows has come.
      await sleep(1000);
    },
    stop: cluster.stop,
  };
}
