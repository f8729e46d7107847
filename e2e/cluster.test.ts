/** Runs over three Valkey masters, each with some of the shards: all that is done there is done here, and one that dies stops its own shards only. */
import type { Client } from "@myspinbot/client/client.ts";
import type { Run } from "@myspinbot/contracts/types.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt, impatientAt, logOf, refusalOf, uploaded } from "./client.ts";
import { backupTests } from "./cluster/backup.ts";
import { moveTests } from "./cluster/moves.ts";
import { webhookTests } from "./cluster/webhooks.ts";
import {
  ALL_RIGHT,
  answered,
  ASKED,
  askingInEachShard,
  PLAIN,
  shardOf,
  startClusterWorld,
  type ClusterWorld,
} from "./cluster/world.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { wedge } from "./wedge.ts";

/** The shard on a server of its own that is killed. */
const THERE = "s3";

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
}, 90_000);
afterAll(() => world.stop());

describe("three masters", () => {
  it("carry runs of both planes in all shards", async () => {
    const runs = await askingInEachShard(world);
    expect(await answered(world, runs.values())).toMatchObject(ALL_RIGHT);
  });

  it("lose nothing when one is killed, and runs of the others go on meanwhile", async () => {
    const { cluster, gateway, box, client } = world;
    const runs = await askingInEachShard(world);
    const lost = cluster.servers[1]!;
    await lost.service.kill();
    const others = [runs.get("s0")!, runs.get("s1")!];
    expect(await answered(world, others)).toMatchObject(ALL_RIGHT.slice(0, 2));

    // Who asks once is told which server is away.
    const impatient = impatientAt(gateway.url);
    const away = new RegExp(`: shard ${THERE} on 127\\.0\\.0\\.1:${lost.port}`);
    expect((await refusalOf(impatient.runs.get(runs.get(THERE)!))).detail).toMatch(away);
    expect((await refusalOf(impatient.service.readiness())).detail).toMatch(away);
    expect(await (await fetch(`${box.url}/readyz`)).text()).toMatch(away);

    // Who starts meanwhile says so, too, works for the others, and for all when it is back.
    await Promise.all([gateway.service.kill(), box.service.kill()]);
    gateway.service.launch();
    box.service.launch();
    expect(await answered(world, [runs.get("s2")!])).toMatchObject(ALL_RIGHT.slice(0, 1));
    const readiness = async ({ url }: { url: string }): Promise<string> => {
      const answer = await fetch(`${url}/readyz`);
      return `${answer.status}: ${await answer.text()}`;
    };
    const patient = { timeout: 30_000 };
    for (const each of [gateway, box]) await expect.poll(() => readiness(each), patient).toMatch(away);

    await lost.service.start();
    expect(await answered(world, [runs.get(THERE)!])).toMatchObject(ALL_RIGHT.slice(0, 1));
    for (const each of [gateway, box]) await expect.poll(() => readiness(each), patient).toMatch(/^200/);
    for (const run of runs.values()) {
      const seqs = (await logOf(client, run)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
    }
  });

  it("answer for all shards together, and forget what is deleted in each", async () => {
    const { client, gateway } = world;
    const ids = [...(await askingInEachShard(world)).values()];
    const listed: string[] = [];
    for await (const { run_id } of client.runs.all({ status: "waiting", limit: 3 })) listed.push(run_id);
    expect(listed).toEqual(expect.arrayContaining(ids));
    const content = { bytes: new Uint8Array(wedge(16)), mediaType: "image/png" };
    const files = await Promise.all(["a", "b", "c", "d", "e"].map((name) => uploaded(client, content, name)));
    const file_bytes = files.length * content.bytes.length;
    const { runs, storage, pools } = await client.operators.overview();
    expect(runs.waiting).toBe(new Set(listed).size);
    expect(storage?.total).toMatchObject({ files: files.length, file_bytes });
    // Those that were killed are remembered for a while.
    expect(pools.filter(({ executors, waiting }) => executors > 0 && waiting === 0)).toHaveLength(2);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(`gateway_runs{status="waiting"} ${runs.waiting}\n`);
    expect(metrics).toContain(`gateway_stored_objects{kind="file"} ${files.length}\n`);
    expect(metrics).toContain(`gateway_stored_bytes{kind="file"} ${file_bytes}\n`);
    const brought: string[] = [];
    for await (const { file_id } of client.files.all({ limit: 2 })) brought.push(file_id);
    expect(brought.toSorted()).toEqual(files.map(({ file_id }) => file_id).toSorted());
    for (const file of brought) await client.files.delete(file);
    expect((await client.operators.overview()).storage?.total).toMatchObject({ files: 0, file_bytes: 0 });
    const canceled = async (run: string) => {
      expect(await client.runs.cancel(run, { waitS: 20 })).toMatchObject({ status: "canceled" });
      await client.runs.delete(run);
    };
    await Promise.all(listed.map(canceled));
    expect((await client.operators.overview()).runs.waiting).toBe(0);
    expect((await client.runs.list({ status: "canceled" })).runs).toEqual([]);
  });

  webhookTests(() => world);
  backupTests(() => world);
  moveTests(() => world);

  // Last, because nobody is served without a key from now on.
  it("count the runs of a key with limits where they are made, and fork with it only what lies there", async () => {
    const { cluster, gateway } = world;
    const free = clientAt(gateway.url, makeKey(cluster, ALL_SCOPES));
    const { run_id } = await freeRunIn(free, THERE);
    const limits = { live_runs: 3 };
    const scopes = ["runs:write", "runs:read"] as const;
    const { api_key } = await free.keys.create({ owner: "default", scopes: [...scopes], limits });
    const limited = impatientAt(gateway.url, api_key);
    const runs = await Promise.all([1, 2, 3].map(() => limited.runs.submit({ graph: ASKED })));
    expect(runs.map((run) => shardOf(run.run_id))).toEqual(["s0", "s0", "s0"]);
    expect(await refusalOf(limited.runs.submit({ graph: ASKED }))).toMatchObject({ status: 429 });
    const canceled = runs.map((run) => limited.runs.cancel(run.run_id, { waitS: 20 }));
    for (const run of await Promise.all(canceled)) expect(run).toBeDefined();
    const fork = { from_node: "c" };
    expect(await refusalOf(limited.runs.fork(run_id, fork))).toMatchObject({ code: "fork-uncounted" });
    const forked = await free.runs.fork(run_id, fork);
    expect(await free.runs.watch(forked.run_id)).toMatchObject({ output: { c: "c(a())" } });
  });
});

/** A run that has ended well in that shard. */
async function freeRunIn(free: Client, shard: string): Promise<Run> {
  for (;;) {
    const { run_id } = await free.runs.submit({ graph: PLAIN });
    if (shardOf(run_id) === shard) return free.runs.watch(run_id);
  }
}
