/** Shards that go to another server: key by key, as a whole, and because their own has died for good. */
import { expect, it } from "vitest";
import { impatientAt, logOf, refusalOf } from "../client.ts";
import { backUp } from "./backup.ts";
import { ownerOf, type Owner } from "./owner.ts";
import { ALL_RIGHT, answered, askingInEachShard, type ClusterWorld } from "./world.ts";

const isGone = async ({ redis }: Owner, key: string): Promise<boolean> =>
  String(await redis.exists(key).catch(String)).includes("MOVED");

/** Waits until its replica has all that it has done by now. */
async function hasAllOf({ redis }: Owner): Promise<void> {
  const offset = async (name: RegExp): Promise<number> =>
    Number(name.exec(await redis.info("replication"))?.[1] ?? -1);
  const wanted = await offset(/^master_repl_offset:(\d+)/m);
  await expect
    .poll(() => offset(/^slave0:.*,offset=(\d+)/m), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(wanted);
}

export function moveTests(world: () => ClusterWorld): void {
  it("do nothing with a shard that is being moved key by key, and follow it when it is whole again", async () => {
    const { cluster, gateway, dir } = world();
    const runs = await askingInEachShard(world());
    using from = await ownerOf(cluster.servers[2]!.url);
    using to = await ownerOf(cluster.servers[0]!.url);
    const slot = await from.redis.cluster("KEYSLOT", "{s0}");
    await to.redis.cluster("SETSLOT", slot, "IMPORTING", from.id);
    await from.redis.cluster("SETSLOT", slot, "MIGRATING", to.id);
    // Nothing of it is whole on either server, so a step is refused before it has begun.
    const answer = { node_id: "ok", decision: "accept" } as const;
    const refusal = await refusalOf(impatientAt(gateway.url).runs.resume(runs.get("s0")!, answer));
    expect(refusal.detail).toMatch(/^Redis is moving these keys .* \((ASK|TRYAGAIN)\): shard s0 on /);
    expect(await backUp(world(), `${dir}/moving`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("Redis is moving keys to another server of its cluster"),
    });
    const moved = ["", "0", "10000", ...to.login, "KEYS"];
    for (;;) {
      const keys = await from.redis.cluster("GETKEYSINSLOT", slot, 10);
      if (keys.length === 0) break;
      await from.redis.call("MIGRATE", "127.0.0.1", to.port, ...moved, ...keys);
    }
    for (const each of [to, from]) await each.redis.cluster("SETSLOT", slot, "NODE", to.id);
    expect(await answered(world(), runs.values())).toMatchObject(ALL_RIGHT);
  });

  it("follow a shard that the servers move as a whole", async () => {
    const { cluster } = world();
    const runs = await askingInEachShard(world());
    using from = await ownerOf(cluster.servers[0]!.url);
    using to = await ownerOf(cluster.servers[2]!.url);
    const slot = await from.redis.cluster("KEYSLOT", "{s0}");
    await from.redis.call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", to.id);
    await expect.poll(() => isGone(from, `msb:{s0}:run:${runs.get("s0")}`), { timeout: 20_000 }).toBe(true);
    expect(await answered(world(), runs.values())).toMatchObject(ALL_RIGHT);
  });

  it("go on with the replica of one that is killed, and that one becomes its replica", async () => {
    const { cluster, client } = world();
    const replicas = await cluster.addReplicas();
    const runs = await askingInEachShard(world());
    const lost = cluster.servers[1]!;
    await lost.service.kill();
    expect(await answered(world(), runs.values())).toMatchObject(ALL_RIGHT);
    for (const run of runs.values()) {
      const seqs = (await logOf(client, run)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
    }
    using promoted = await ownerOf(replicas[1]!.url);
    expect(await promoted.redis.info("replication")).toContain("role:master");
    await lost.service.start();
    await expect
      .poll(async () => promoted.redis.info("replication"), { timeout: 20_000 })
      .toContain(`port=${lost.port},state=online`);
    const next = await askingInEachShard(world());
    await hasAllOf(promoted);
    // It hangs without a word, its connections stay open, and the other takes its place.
    replicas[1]!.service.signal("SIGSTOP");
    try {
      expect(await answered(world(), next.values())).toMatchObject(ALL_RIGHT);
    } finally {
      replicas[1]!.service.signal("SIGCONT");
    }
  }, 60_000);
}
