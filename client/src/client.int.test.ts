/** The client against the real gateway, over connections that break. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { freshBucket } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { listOf, streamOf } from "../test/fake-runtime.ts";
import { createClient } from "./client.ts";
import { NetworkError } from "./errors.ts";
import type { Frame } from "./frames.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";

const node = (id: string, before?: string): Graph["nodes"][number] => ({
  id,
  type: "generate_script",
  plane: "node",
  inputs: { topic: before === undefined ? "$input.topic" : `$${before}.narration` },
});
const GRAPH: Graph = {
  name: "words",
  input: { topic: "Text" },
  nodes: [node("a"), node("b", "a"), node("c", "b")],
  output: { text: "$c.narration" },
};
const RUN = { graph: GRAPH, input: { topic: "why ships float" } };
/** As far as the first bytes tell. */
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);
const IMAGE = { bytes: PNG, mediaType: "image/png" };

let dir: string;
let valkey: ValkeyServer;
/** The one that clients see; the other drives and works. */
let gateway: GatewayServer;
let driver: GatewayServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "client-"));
  valkey = await startValkey({ dir: join(dir, "redis") });
  const s3 = await freshBucket(inject("store"));
  const start = (name: string, GATEWAY_ROLES: string): Promise<GatewayServer> =>
    startGateway({
      dir: join(dir, name),
      redisUrl: valkey.urlOf("gateway"),
      s3,
      env: {
        GATEWAY_ROLES,
        GATEWAY_DRIVER_LEASE_MS: "800",
        GATEWAY_LEASE_MS: "1500",
        GATEWAY_REAP_MS: "200",
      },
    });
  [gateway, driver] = await Promise.all([start("http", "http"), start("driver", "http,driver,executor")]);
});
afterAll(async () => {
  await gateway?.stop();
  await driver?.stop();
  await valkey?.stop();
  await rm(dir, { recursive: true, force: true });
});

const clientOf = (runtime: Runtime = systemRuntime) =>
  createClient({
    base: gateway.url,
    runtime,
    streamPatience: { patienceMs: 60_000, firstMs: 20, mostMs: 100 },
  });
const numbers = (frames: Frame[]): number[] => frames.map(({ seq }) => seq);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** Bodies that break off after some bytes. */
function breaking(after: () => number): Runtime {
  return {
    ...systemRuntime,
    async fetch(url, init) {
      const response = await systemRuntime.fetch(url, init);
      let left = after();
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk.subarray(0, left));
          left -= chunk.length;
          if (left < 0) controller.error(new TypeError("terminated"));
        },
      });
      const body = response.body?.pipeThrough(cut) ?? null;
      return new Response(body, { status: response.status, headers: response.headers });
    },
  };
}

describe("a run", () => {
  it("is submitted once, followed to its end, read, listed and removed", async () => {
    const { runs } = clientOf();
    const options = { idempotencyKey: `once-${dir}` };
    const { run_id, status } = await runs.submit(RUN, options);
    expect(status).toBe("queued");
    expect((await runs.submit(RUN, options)).run_id).toBe(run_id);
    const frames: Frame[] = [];
    const ended = await runs.watch(run_id, { onFrame: (frame) => frames.push(frame) });
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ run_id, status: "succeeded" });
    expect(numbers(frames)).toEqual(upTo(frames.length));
    expect(await listOf(runs.follow(run_id, { after: frames.length }))).toEqual([]);
    expect((await listOf(runs.follow(run_id))).map(({ kind }) => kind)).toEqual(["snapshot"]);
    const history = await listOf(runs.history(run_id));
    expect(history).toEqual(frames.map((frame) => frame.kind === "event" && frame.event));
    expect(await runs.events(run_id, { after: 1, limit: 1 })).toMatchObject({ next_after: 2, ended: false });
    expect((await runs.logs(run_id, { node: "a" })).ended).toBe(true);
    expect(await runs.artifacts(run_id)).toEqual([]);
    expect((await runs.list({ status: "succeeded" })).runs.map((run) => run.run_id)).toContain(run_id);
    await runs.delete(run_id);
    await expect(runs.get(run_id)).rejects.toMatchObject({ status: 404, code: "run-not-found" });
    await expect(listOf(runs.follow(run_id))).rejects.toMatchObject({ code: "run-not-found" });
  });

  it("is waited for in one request", async () => {
    expect(await clientOf().runs.submit(RUN, { waitS: 30 })).toMatchObject({ status: "succeeded" });
  });

  it("that is wrong is refused with the fields", async () => {
    const { runs } = clientOf();
    await expect(runs.submit({ ...RUN, input: {} })).rejects.toMatchObject({
      status: 422,
      code: "invalid-input",
      retryable: false,
      problem: { errors: [{ pointer: "/input/topic", detail: "is missing" }] },
    });
    const options = { idempotencyKey: `conflict-${dir}` };
    await runs.submit(RUN, options);
    await expect(runs.submit({ ...RUN, tags: ["x"] }, options)).rejects.toMatchObject({
      code: "idempotency-conflict",
    });
  });

  it("is listed page after page", async () => {
    const { runs } = clientOf();
    for (let i = 0; i < 5; i += 1) await runs.submit({ ...RUN, tags: ["paged"] });
    const listed = await listOf(runs.all({ tag: "paged", limit: 2 }));
    expect(new Set(listed.map(({ run_id }) => run_id)).size).toBe(5);
  });

  it("is followed over connections that break off after any number of bytes", async () => {
    const { run_id } = await clientOf().runs.submit(RUN, { waitS: 30 });
    const whole = await listOf(clientOf().runs.follow(run_id, { after: 0 }));
    for (const step of [1000, 1313, 1777]) {
      const { runs } = clientOf(breaking(() => step));
      expect(await listOf(runs.follow(run_id, { after: 0 })), `${step} bytes`).toEqual(whole);
    }
  });

  it("is followed although the gateway is killed, and nobody works for a while", async () => {
    const { runs } = clientOf();
    await driver.service.kill();
    const { run_id } = await runs.submit(RUN);
    const frames: Frame[] = [];
    let queued = (): void => undefined;
    const first = new Promise<void>((resolve) => (queued = resolve));
    const watching = runs.watch(run_id, {
      onFrame: (frame) => {
        frames.push(frame);
        queued();
      },
    });
    await first;
    await gateway.service.restart();
    await driver.service.start();
    expect(await watching).toMatchObject({ status: "succeeded" });
    expect(numbers(frames)).toEqual(upTo(frames.length));
  });
});

describe("a file", () => {
  it("is brought at once or as a stream, announced, listed and removed", async () => {
    const { files } = clientOf();
    const first = await files.upload(IMAGE, { name: "größe.png" });
    expect(first).toMatchObject({ name: "größe.png", size: PNG.length, status: "complete" });
    const streamed = await files.upload({
      bytes: streamOf([PNG.slice(0, 9), PNG.slice(9)]),
      mediaType: "image/png",
    });
    expect(streamed.sha256).toBe(first.sha256);
    const facts = { name: "b.png", media_type: "image/png", size: PNG.length, sha256: first.sha256 };
    const announced = await files.announce(facts);
    expect(announced).toMatchObject({ status: "expected", upload: { method: "PUT" } });
    await expect(files.complete(announced.file_id)).rejects.toMatchObject({ code: "file-incomplete" });
    const other = { bytes: PNG.map((byte, i) => (i === 11 ? 9 : byte)), mediaType: "image/png" };
    await expect(files.putContent(announced.file_id, other)).rejects.toMatchObject({ code: "file-mismatch" });
    expect(await files.putContent(announced.file_id, IMAGE)).toMatchObject({ status: "complete" });
    expect(await files.complete(announced.file_id)).toMatchObject({ status: "complete" });
    const ids = [first, streamed, announced].map(({ file_id }) => file_id);
    expect((await listOf(files.all({ limit: 1 }))).map(({ file_id }) => file_id)).toEqual(
      expect.arrayContaining(ids),
    );
    for (const id of ids) await files.delete(id);
    await expect(files.delete(first.file_id)).rejects.toMatchObject({ status: 404, code: "file-not-found" });
  });
});

describe("the service", () => {
  it("says what can be run, by whom, and how it is", async () => {
    const { catalogue, service, artifacts } = clientOf();
    const graphs = await catalogue.graphs();
    const names = graphs.map(({ name }) => name);
    expect(names).toContain("talking-avatar");
    expect((await catalogue.graph(names[0]!)).graph.name).toBe(names[0]);
    expect((await catalogue.capabilities()).node_types.map(({ type }) => type)).toContain("generate_script");
    expect(await catalogue.executors()).not.toEqual([]);
    expect(await service.health()).toEqual({ status: "ok" });
    expect(await service.readiness()).toMatchObject({ status: "ok" });
    expect(await service.about()).toMatchObject({ urls: { runs: "/v1/runs" } });
    await expect(artifacts.get("nope")).rejects.toMatchObject({ code: "artifact-not-found" });
    await expect(artifacts.bytes("nope")).rejects.toMatchObject({ code: "artifact-not-found" });
  });

  it("is told apart from nobody", async () => {
    const { service } = createClient({
      base: "http://127.0.0.1:9",
      runtime: systemRuntime,
      patience: { patienceMs: 0, firstMs: 1, mostMs: 1 },
    });
    await expect(service.health()).rejects.toThrow(NetworkError);
  });
});
