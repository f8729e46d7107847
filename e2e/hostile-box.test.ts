/**
 * A box that was taken over, with its pool's rights and nothing more: what it does to the runs of another pool. The
 * victim's bytes, lists and timers stay right, and the gateway goes on.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import { objectKeys, timerMembers } from "@myspinbot/contracts/keys.ts";
import type { Artifact, Graph, Run } from "@myspinbot/contracts/types.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keys, startBox, type Box } from "./box.ts";
import { clientAt } from "./client.ts";

const dir = mkdtempSync(join(tmpdir(), "myspinbot-hostile-"));
let valkey: ValkeyServer;
let seaweed: SeaweedServer;
let gateway: GatewayServer;
let client: Client;
let honest: Box;
let hostile: Box;

beforeAll(async () => {
  valkey = await startValkey({ dir: join(dir, "redis"), pools: ["honest", "hostile"] });
  seaweed = await startSeaweed({ dir: join(dir, "s3") });
  gateway = await startGateway({
    dir: join(dir, "gateway"),
    redisUrl: valkey.urlOf("gateway"),
    s3: seaweed,
    env: {
      // The hostile pool first: what fails there must not keep the other from its turn.
      GATEWAY_POOLS: "hostile,honest",
      GATEWAY_LEASE_MS: "1000",
      GATEWAY_REAP_MS: "100",
      GATEWAY_RECONCILE_MS: "500",
      GATEWAY_RETRY_BACKOFF_MS: "50",
      GATEWAY_EXTENSIONS: fileURLToPath(new URL("extension/hostile.ts", import.meta.url)),
    },
  });
  client = clientAt(gateway.url);
  honest = await startBox(valkey.urlOf("pool-honest"), "honest", seaweed);
  hostile = await startBox(valkey.urlOf("pool-hostile"), "hostile", seaweed);
});
afterAll(async () => {
  honest?.close();
  hostile?.close();
  await gateway?.stop();
  await seaweed?.stop();
  await valkey?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function submit(pool: string): Promise<string> {
  const node = { id: "a", type: "box_work", plane: "python", pool } as const;
  const graph: Graph = { name: "one", nodes: [node], output: { file: "$a.file?" } };
  return (await client.runs.submit({ graph, tags: [pool] })).run_id;
}

const ended = (run: string): Promise<Run> => client.runs.watch(run);

/** A run of the other pool, ended, with one artifact. */
async function victim(): Promise<{ run: string; artifact: Artifact }> {
  const run = await submit("honest");
  const task = await honest.pull();
  const file = await honest.make(task, `kept by ${run}`);
  await honest.settle(task, { outputs: { file } });
  expect((await ended(run)).status).toBe("succeeded");
  return { run, artifact: file };
}

async function expectWhole({ run, artifact }: { run: string; artifact: Artifact }): Promise<void> {
  const content = await client.artifacts.bytes(artifact.artifact_id);
  expect(new TextDecoder().decode(content)).toBe(`kept by ${run}`);
  const listed = await client.runs.artifacts(run);
  expect(listed.map(({ key, run_id }) => [key, run_id])).toEqual([[artifact.key, run]]);
}

describe("a hostile box", () => {
  it("that reuses an id takes nothing over, and removing its run removes nothing else", async () => {
    const whole = await victim();
    const run = await submit("hostile");
    const task = await hostile.pull();
    const own = await hostile.make(task, "not the victim's");
    await hostile.settle(task, { outputs: { file: { ...own, artifact_id: whole.artifact.artifact_id } } });
    const failed = await ended(run);
    expect([failed.status, failed.error?.code]).toEqual(["failed", "invalid-output"]);
    await expectWhole(whole);
    await client.runs.delete(run);
    await expectWhole(whole);
  });

  it.each([
    ["another run's key", (victim: Artifact) => ({ key: victim.key, sha256: victim.sha256 })],
    ["a way up", (victim: Artifact, own: Artifact) => ({ key: `${own.key}/../../../../../${victim.key}` })],
    [
      "a way to another bucket",
      (_: Artifact, own: Artifact) => ({ key: `${own.key.slice(0, -8)}/../../../../../other/x` }),
    ],
    ["a query", (_: Artifact, own: Artifact) => ({ key: `${own.key}?versions` })],
    ["the victim's reference, whole", (victim: Artifact) => victim],
  ])("that names %s reads nothing", async (_, change) => {
    const whole = await victim();
    const run = await submit("hostile");
    const task = await hostile.pull();
    const own = await hostile.make(task, "mine");
    await hostile.settle(task, { outputs: { file: { ...own, ...change(whole.artifact, own) } } });
    const failed = await ended(run);
    expect([failed.status, failed.error?.code]).toEqual(["failed", "invalid-output"]);
    await expect(client.artifacts.bytes(own.artifact_id)).rejects.toMatchObject({ status: 404 });
    await expectWhole(whole);
  });

  it("that leaves objects of odd names does not keep a run from being removed", async () => {
    const whole = await victim();
    const run = await submit("hostile");
    const task = await hostile.pull();
    const names = ["a?b", "a#b", "a%2fb", "a b", "é", "a;b", "<x>&y", "a+b"];
    for (const name of names)
      expect((await hostile.put(`${objectKeys.runFolder(run)}${name}`, "x")).ok).toBe(true);
    await hostile.settle(task);
    await ended(run);
    await client.runs.delete(run);
    await expect(client.runs.get(run)).rejects.toMatchObject({ status: 404 });
    await expectWhole(whole);
  });

  it("that fills its task's hash cannot keep the gateway from ending the task and serving others", async () => {
    const whole = await victim();
    const run = await submit("hostile");
    const task = await hostile.pull();
    const hash = hostile.taskKey(task);
    const large = "x".repeat(8_000_000);
    for (let i = 0; i < 8; i += 1) await hostile.redis.hset(hash, `result:n${i}`, large, `began:n${i}"`, "1");
    expect(await hostile.settle(task, { status: "failed", problem: problem() })).toBe("ok");
    expect((await ended(run)).status).toBe("failed");
    const next = await submit("hostile");
    const flooded = await hostile.pull();
    const many = Array.from({ length: 20_000 }, (_, i) => [`began:x${i}`, "1"]).flat();
    await hostile.redis.hset(hostile.taskKey(flooded), ...many);
    await hostile.settle(flooded);
    // Its results were lost in the flood, so it is asked again.
    await hostile.settle(await hostile.pull());
    expect((await ended(next)).status).toBe("succeeded");
    await expectWhole(whole);
  });

  it("that spoils its own streams stops no other pool's retries and reaping", async () => {
    const whole = await victim();
    await submit("hostile");
    await hostile.pull();
    await hostile.redis.xadd(hostile.reports, "18446744073709551615-18446744073709551615", "a", "b");
    await expect(hostile.redis.xadd(hostile.tasks, "*", "a", "b")).rejects.toThrow(/NOPERM/);
    const run = await submit("honest");
    const first = await honest.pull();
    await honest.settle(first, { status: "failed", problem: problem("retryable") });
    const lost = await honest.pull();
    expect(lost.nodes[0]?.attempt).toBe(2);
    // Nobody renews: the lease ends and the task is issued again.
    const again = await honest.pull();
    expect(again.task_id).not.toBe(lost.task_id);
    await honest.settle(again);
    expect((await ended(run)).status).toBe("succeeded");
    await expectWhole(whole);
    await client.service.readiness();
    const { runs } = await client.runs.list({ tag: "honest" });
    expect(runs.map(({ run_id }) => run_id)).toEqual(expect.arrayContaining([run, whole.run]));
  });

  it("cannot look at or change what is not its pool's", async () => {
    const { run } = await victim();
    const { redis } = hostile;
    for (const call of [
      () => redis.hgetall(keys.run("s0", run)),
      () => redis.xrange(keys.runEvents("s0", run), "-", "+"),
      () => redis.zadd(keys.timers("s0"), 0, timerMembers.retention(run)),
      () => redis.xadd(keys.mail("s0"), "*", "run", run, "body", "{}"),
      () => redis.hset(keys.poolExecutors("s0", "honest"), "x", "y"),
      () => redis.eval("return 1", 0),
      () => redis.script("FLUSH"),
      () => redis.publish(keys.channels.poolControl("s0", "honest"), "cancel x"),
    ])
      await expect(call()).rejects.toThrow(/NOPERM/);
  });
});

function problem(kind: "permanent" | "retryable" = "permanent") {
  const code = kind === "permanent" ? "handler-failed" : "store-unavailable";
  return {
    type: `https://docs.myspinbot.dev/problems/${code}`,
    title: "x",
    status: 500,
    code,
    class: kind,
    detail: "x",
  };
}
