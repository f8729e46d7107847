/** Webhooks where runs lie on several servers: told of all of them, by a deliverer that is killed, and while a server is away. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "@myspinbot/client/client.ts";
import type { Delivery, Graph } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import { ownerOf } from "./owner.ts";
import { PLAIN, SHARDS, shardOf, type ClusterWorld } from "./world.ts";

interface Receiver {
  url: string;
  /** What came, in its order. */
  ids: string[];
  close(): Promise<void>;
}

/** @param atFirst what is done before the first request is answered; nobody waits for it */
async function receiver(atFirst: () => void): Promise<Receiver> {
  const ids: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (ids.push(String(request.headers["webhook-id"])) === 1) atFirst();
      response.writeHead(204).end();
    });
    request.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ids,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function webhookTests(world: () => ClusterWorld): void {
  const patient = { timeout: 60_000 };
  const outcomes = (deliveries: readonly Delivery[]) =>
    deliveries.map(({ status, attempts }) => [status, ...attempts.map((attempt) => attempt.status)]);

  it("tell a webhook of runs in all shards, once more where the deliverer was killed before it knew", async () => {
    const { client, gateway } = world();
    const restarts: Promise<unknown>[] = [];
    const receiving = await receiver(() => void restarts.push(gateway.service.restart()));
    const hook = await client.webhooks.create({ url: receiving.url });
    const runs = [(await client.runs.submit({ graph: PLAIN })).run_id];
    await expect.poll(() => restarts.length, patient).toBe(1);
    await restarts[0];
    while (new Set(runs.map(shardOf)).size < SHARDS)
      runs.push((await client.runs.submit({ graph: PLAIN })).run_id);
    for (const run of runs) expect((await client.runs.watch(run)).status).toBe("succeeded");

    const all = async (): Promise<Delivery[]> => {
      const pages: Delivery[] = [];
      // Pages that end within the deliveries of each shard.
      for (let cursor: string | undefined; ;) {
        const page = await client.webhooks.deliveries(hook.webhook_id, {
          limit: 2,
          ...(cursor === undefined ? {} : { cursor }),
        });
        pages.push(...page.deliveries);
        cursor = page.next_cursor;
        if (cursor === undefined) return pages;
      }
    };
    const first = (delivery: Delivery): boolean => delivery.run_id === runs[0];
    const right = (delivery: Delivery) => ["delivered", ...(first(delivery) ? [undefined] : []), 204];
    await expect
      .poll(async () => (await all()).map(({ status }) => status), patient)
      .toEqual(runs.map(() => "delivered"));
    const told = await all();
    const times = told.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(told.map((delivery) => delivery.run_id).toSorted()).toEqual(runs.toSorted());
    expect(outcomes(told)).toEqual(told.map(right));
    const twice = told.filter(first).map(({ delivery_id }) => delivery_id);
    expect(receiving.ids.toSorted()).toEqual(
      [...told.map(({ delivery_id }) => delivery_id), ...twice].toSorted(),
    );

    const [again] = told.filter((delivery) => !first(delivery));
    await client.webhooks.redeliver(again!.delivery_id);
    await expect
      .poll(async () => outcomes([await client.webhooks.delivery(again!.delivery_id)]), patient)
      .toEqual([["delivered", 204, 204]]);
    expect(receiving.ids.filter((id) => id === again!.delivery_id)).toHaveLength(2);
    await client.webhooks.delete(hook.webhook_id);
    await receiving.close();
  });

  it("keep all attempts of a delivery while the server that knows its webhook is away", async () => {
    const { client, cluster, gateway } = world();
    const receiving = await receiver(() => {});
    const hook = await client.webhooks.create({ url: receiving.url });
    const runs = await runningIn(client, ["s2", "s3"]);
    const home = cluster.servers[2]!.service;
    await home.kill();
    const refused = (shard: string): number =>
      gateway.service
        .logTail(Infinity)
        .split("\n")
        .filter((line) => line.includes("outbox not read") && line.includes(`"${shard}"`)).length;
    // Both runs end, and the deliverer has looked at what it shall tell of them since.
    for (const [shard, run] of runs) {
      using server = await ownerOf(cluster.servers[shard === "s2" ? 0 : 1]!.url);
      await expect
        .poll(() => server.redis.hget(`msb:{${shard}}:run:${run}`, "status"), patient)
        .toBe("succeeded");
      const before = refused(shard);
      await expect.poll(() => refused(shard), patient).toBeGreaterThan(before + 1);
    }
    expect(receiving.ids).toEqual([]);
    await home.start();
    for (const run of runs.values())
      await expect
        .poll(async () => outcomes((await client.webhooks.deliveriesOfRun(run)).deliveries), patient)
        .toEqual([["delivered", 204]]);
    expect(new Set(receiving.ids).size).toBe(receiving.ids.length);
    await client.webhooks.delete(hook.webhook_id);
    await receiving.close();
  });
}

/** Runs that end by themselves a little later, by shard. */
async function runningIn(client: Client, shards: readonly string[]): Promise<Map<string, string>> {
  const nodes: Graph["nodes"] = [
    { id: "a", type: "ledger_node", plane: "node", params: { sleep_ms: 2_000 } },
  ];
  const graph: Graph = { name: "slow", nodes, output: { a: "$a.v" } };
  const runs = new Map<string, string>();
  while (!shards.every((shard) => runs.has(shard))) {
    const { run_id } = await client.runs.submit({ graph });
    runs.set(shardOf(run_id), run_id);
  }
  return new Map(shards.map((shard) => [shard, runs.get(shard)!]));
}
