/** A cluster at its address: by TLS, and what is said of one that cannot be used. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { startValkeyCluster, type ValkeyCluster } from "@myspinbot/services/valkey-cluster.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../test/until.ts";
import { checkRedis, refuseUnfit } from "../health/redis-check.ts";
import { createCommandClient, createSubscriberClient, type Redis } from "./client.ts";

const PEM = readFileSync(new URL("../../test/untrusted.pem", import.meta.url), "utf8");
const SHARDS = ["s0", "s1", "s2", "s3"];
const WRONG = "Redis refuses the user or password of its address (WRONGPASS): correct GATEWAY_REDIS_URL";
const keys = createKeys("msb");

let dir: string;
let cluster: ValkeyCluster;
let single: ValkeyServer;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cluster-"));
  [cluster, single] = await Promise.all([
    startValkeyCluster({ dir: join(dir, "cluster"), servers: 2 }),
    startValkey({ dir: join(dir, "single") }),
  ]);
});
afterAll(async () => {
  for (const close of closers) close();
  await Promise.all([cluster.stop(), single.stop()]);
  await rm(dir, { recursive: true, force: true });
});

function open(url: string): Redis {
  const redis = createCommandClient(url);
  closers.push(() => redis.disconnect());
  return redis;
}
/** What /readyz says of it. */
const health = (url: string): Promise<string> =>
  checkRedis(open(url), keys, SHARDS).then(
    () => "ok",
    (error: Error) => error.message,
  );
const asOwner = async <T>(server: ValkeyServer, work: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = createCommandClient(server.url);
  return work(redis).finally(() => redis.disconnect());
};

describe("a cluster", () => {
  it("that cannot be used is said to be so, shard by shard where only some are away", async () => {
    const url = cluster.urlOf("gateway");
    expect(await health(url)).toBe("ok");
    const [first, second] = cluster.servers as [ValkeyServer, ValkeyServer];
    const password = new URL(first.urlOf("gateway")).password;
    expect(await health(url.replace(password, "wrong"))).toBe(`${WRONG}; try again.`);
    expect(await health(url.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:9"))).toBe(
      "Nobody listens at the address of Redis (ECONNREFUSED); try again.",
    );
    // One of them has another password.
    await asOwner(second, (redis) => redis.acl("SETUSER", "gateway", "resetpass", ">other"));
    expect(await health(url)).toBe(`${WRONG}: shards s0, s1 on 127.0.0.1:${second.port}; try again.`);
    await asOwner(second, (redis) => redis.acl("SETUSER", "gateway", "resetpass", `>${password}`));
    const slot = await asOwner(first, async (redis) => {
      const number = await redis.cluster("KEYSLOT", "{s2}");
      await redis.cluster("DELSLOTS", number);
      return number;
    });
    expect(await health(url)).toMatch(
      /^Redis is a cluster that is down, or in which nobody has these keys \(CLUSTERDOWN\): shard s2 on /,
    );
    await asOwner(first, (redis) => redis.cluster("ADDSLOTS", slot));
    expect(await health(url)).toBe("ok");
  });

  it("is not taken for a single server, nor a single server for one", async () => {
    const [{ url }] = cluster.servers as [ValkeyServer];
    await expect(refuseUnfit(open(url), SHARDS)).rejects.toThrow(
      "Redis is a cluster, and its address names a single server: write redis+cluster://.",
    );
    await expect(refuseUnfit(open(single.url.replace("redis:", "redis+cluster:")), SHARDS)).rejects.toThrow(
      "Redis is no cluster, and its address is of one: write redis://.",
    );
  });

  it("is found by TLS, with the servers that it names, by commands and subscriptions", async () => {
    const url = cluster.urlOf("gateway").replace("redis+cluster", "rediss+cluster");
    let places = url;
    for (const server of cluster.servers) {
      const front = await tlsBefore(server.port);
      places = places.replace(`:${server.port}`, `:${front}`);
      await asOwner(server, async (redis) => {
        await redis.config("SET", "cluster-announce-bus-port", String(server.port + 10_000));
        await redis.config("SET", "cluster-announce-port", String(front));
      });
    }
    // What others say of a server comes behind what it says itself.
    for (const server of cluster.servers)
      await until(async () => {
        const rows = await asOwner(server, (redis) => redis.cluster("SLOTS"));
        return cluster.servers.every(({ port }) => !JSON.stringify(rows).includes(String(port)));
      });
    expect(await health(places)).toContain("The TLS certificate of Redis is not trusted");
    setDefaultCACertificates([...getCACertificates("default"), PEM]);
    expect(await health(places)).toBe("ok");
    const redis = open(places);
    for (const shard of SHARDS) expect(await redis.set(keys.run(shard, "one"), shard)).toBe("OK");
    const subscriber = createSubscriberClient(places);
    closers.push(() => subscriber.disconnect());
    const heard = new Promise((resolve) => subscriber.on("message", (_, text) => resolve(text)));
    await subscriber.subscribe(keys.channels.poolControl("s2", "default"));
    await redis.publish(keys.channels.poolControl("s2", "default"), "cancel x");
    expect(await heard).toBe("cancel x");
    // A plain address finds no way through servers that expect TLS.
    expect(await health(places.replace("rediss", "redis"))).toContain("perhaps it expects TLS");
  });
});

/** Takes TLS for a server that has none. */
async function tlsBefore(port: number): Promise<number> {
  const server = createServer({ key: PEM, cert: PEM }, (client) => {
    const upstream = connect(port, "127.0.0.1");
    client.on("error", () => upstream.destroy()).pipe(upstream.on("error", () => client.destroy()));
    upstream.pipe(client);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
