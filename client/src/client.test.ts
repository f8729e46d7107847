/** That every resource asks for what the route table says, and reads what comes. */
import { type Operation, ROUTES } from "@myspinbot/contracts/routes.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { clientOf, json, listOf, sse, streamOf } from "../test/fake-runtime.ts";
import type { Client } from "./client.ts";

const RUN = { run_id: "run_s0_a", status: "queued" };
const PNG = { bytes: new Uint8Array([1, 2]), mediaType: "image/png" };
const SHA256 = "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222";
const BODY: RunCreate = { graph: "g" };
const NOTHING = () => new Response(null, { status: 204 });

type Use = [
  operation: Operation,
  address: string,
  answer: () => Response,
  use: (client: Client) => Promise<unknown>,
  result: unknown,
];
const USES: Use[] = [
  ["createRun", "/v1/runs", () => json(RUN, 202), (c) => c.runs.submit(BODY), RUN],
  ["createRun", "/v1/runs", () => json(RUN, 200), (c) => c.runs.submit(BODY, { waitS: 5 }), RUN],
  ["getRun", "/v1/runs/run_s0_a", () => json(RUN), (c) => c.runs.get("run_s0_a"), RUN],
  [
    "listRuns",
    "/v1/runs?status=failed&limit=2",
    () => json({ runs: [] }),
    (c) => c.runs.list({ status: "failed", limit: 2 }),
    { runs: [] },
  ],
  ["cancelRun", "/v1/runs/r/cancel", () => json(RUN, 202), (c) => c.runs.cancel("r"), RUN],
  ["cancelRun", "/v1/runs/r/cancel?wait=5", () => json(RUN), (c) => c.runs.cancel("r", { waitS: 5 }), RUN],
  [
    "resumeRun",
    "/v1/runs/r/resume",
    () => json(RUN, 202),
    (c) => c.runs.resume("r", { node_id: "ok", decision: "accept", values: { text: "a" } }),
    RUN,
  ],
  ["forkRun", "/v1/runs/r/fork", () => json(RUN, 202), (c) => c.runs.fork("r", { from_node: "speech" }), RUN],
  ["deleteRun", "/v1/runs/r", NOTHING, (c) => c.runs.delete("r"), undefined],
  ["listArtifacts", "/v1/runs/r/artifacts", () => json({ artifacts: [] }), (c) => c.runs.artifacts("r"), []],
  ["followRun", "/v1/runs/r/events?after=3", () => json({}), (c) => c.runs.events("r", { after: 3 }), {}],
  ["followRun", "/v1/runs/r/events", NOTHING, (c) => listOf(c.runs.follow("r")), []],
  ["listLogs", "/v1/runs/r/logs?node=a", () => json({}), (c) => c.runs.logs("r", { node: "a" }), {}],
  [
    "createFile",
    "/v1/files",
    () => json({ sha256: SHA256 }, 201),
    (c) => c.files.upload(PNG),
    { sha256: SHA256 },
  ],
  [
    "createFile",
    "/v1/files",
    () => json({}, 201),
    (c) => c.files.announce({ name: "a", media_type: "image/png", size: 2, sha256: SHA256 }),
    {},
  ],
  ["putFileContent", "/v1/files/f/content", () => json({}), (c) => c.files.putContent("f", PNG), {}],
  ["completeFile", "/v1/files/f/complete", () => json({}), (c) => c.files.complete("f"), {}],
  ["listFiles", "/v1/files?cursor=x", () => json({}), (c) => c.files.list({ cursor: "x" }), {}],
  ["deleteFile", "/v1/files/f", NOTHING, (c) => c.files.delete("f"), undefined],
  ["getArtifact", "/v1/artifacts/a", () => json({}), (c) => c.artifacts.get("a"), {}],
  [
    "getArtifactContent",
    "/v1/artifacts/a/content",
    () => new Response(streamOf(["by", "tes"])),
    async (c) => new TextDecoder().decode(await c.artifacts.bytes("a")),
    "bytes",
  ],
  [
    "getArtifactContent",
    "/v1/artifacts/a/content",
    () => new Response("yt", { status: 206 }),
    async (c) => (await c.artifacts.content("a", { range: "bytes=1-2" })).text(),
    "yt",
  ],
  ["listGraphs", "/v1/graphs", () => json({ graphs: [] }), (c) => c.catalogue.graphs(), []],
  ["getGraph", "/v1/graphs/talking-avatar", () => json({}), (c) => c.catalogue.graph("talking-avatar"), {}],
  ["getCapabilities", "/v1/capabilities", () => json({}), (c) => c.catalogue.capabilities(), {}],
  ["listExecutors", "/v1/executors", () => json({ executors: [] }), (c) => c.catalogue.executors(), []],
  ["createWebhook", "/v1/webhooks", () => json({}, 201), (c) => c.webhooks.create({ url: "u" }), {}],
  ["listWebhooks", "/v1/webhooks", () => json({ webhooks: [] }), (c) => c.webhooks.list(), []],
  ["getWebhook", "/v1/webhooks/w", () => json({}), (c) => c.webhooks.get("w"), {}],
  ["deleteWebhook", "/v1/webhooks/w", NOTHING, (c) => c.webhooks.delete("w"), undefined],
  ["enableWebhook", "/v1/webhooks/w/enable", () => json({}), (c) => c.webhooks.enable("w"), {}],
  ["rotateWebhookSecret", "/v1/webhooks/w/rotate", () => json({}), (c) => c.webhooks.rotate("w"), {}],
  ["rotateRunWebhookSecret", "/v1/webhook-secret/rotate", () => json({}), (c) => c.webhooks.rotate(), {}],
  [
    "listWebhookDeliveries",
    "/v1/webhooks/w/deliveries?limit=2",
    () => json({ deliveries: [] }),
    (c) => c.webhooks.deliveries("w", { limit: 2 }),
    { deliveries: [] },
  ],
  [
    "listRunDeliveries",
    "/v1/runs/r/deliveries",
    () => json({ deliveries: [] }),
    (c) => c.webhooks.deliveriesOfRun("r"),
    { deliveries: [] },
  ],
  ["getDelivery", "/v1/deliveries/d", () => json({}), (c) => c.webhooks.delivery("d"), {}],
  ["redeliver", "/v1/deliveries/d/redeliver", () => json({}, 202), (c) => c.webhooks.redeliver("d"), {}],
  ["drainExecutor", "/v1/executors/e/drain", () => json({}), (c) => c.operators.drain("e"), {}],
  ["probeExecutor", "/v1/executors/e/probe", () => json({}, 202), (c) => c.operators.probe("e"), {}],
  [
    "probeExecutor",
    "/v1/executors/e/probe?wait=5",
    () => json({}),
    (c) => c.operators.probe("e", { waitS: 5 }),
    {},
  ],
  ["undrainExecutor", "/v1/executors/e/drain", () => json({}), (c) => c.operators.undrain("e"), {}],
  ["getOverview", "/v1/overview", () => json({}), (c) => c.operators.overview(), {}],
  [
    "listDeadLetters",
    "/v1/dead-letters?limit=2",
    () => json({}),
    (c) => c.operators.deadLetters({ limit: 2 }),
    {},
  ],
  ["getDeadLetter", "/v1/dead-letters/d", () => json({}), (c) => c.operators.deadLetter("d"), {}],
  ["redriveDeadLetter", "/v1/dead-letters/d/redrive", NOTHING, (c) => c.operators.redrive("d"), undefined],
  ["createRunToken", "/v1/runs/r/token", () => json({}, 201), (c) => c.runs.token("r"), {}],
  [
    "createKey",
    "/v1/keys",
    () => json({ text: "msb_a_b" }, 201),
    (c) => c.keys.create({ owner: "ann", scopes: ["runs:read"] }),
    { text: "msb_a_b" },
  ],
  ["listKeys", "/v1/keys?limit=2", () => json({ keys: [] }), (c) => c.keys.list({ limit: 2 }), { keys: [] }],
  ["revokeKey", "/v1/keys/k", NOTHING, (c) => c.keys.revoke("k"), undefined],
  ["getService", "/", () => json({}), (c) => c.service.about(), {}],
  ["getHealth", "/healthz", () => json({ status: "ok" }), (c) => c.service.health(), { status: "ok" }],
  ["getReadiness", "/readyz", () => json({ status: "ok" }), (c) => c.service.readiness(), { status: "ok" }],
];

describe("the client", () => {
  it.each(USES)("speaks %s at %s", async (operation, address, answer, use, result) => {
    const { client, fake } = clientOf([answer()]);
    expect(await use(client)).toEqual(result);
    expect(fake.requests).toMatchObject([
      { method: ROUTES[operation].method, url: `http://gateway${address}` },
    ]);
  });

  it("leaves to the caller only what tools of others read", () => {
    const used = new Set(USES.map(([operation]) => operation));
    const left = Object.keys(ROUTES).filter((operation) => !used.has(operation as Operation));
    expect(left.toSorted()).toEqual(["getHealthShort", "getMetrics", "getOpenApi"]);
  });

  it("sends the body, a fresh key and the wish to wait", async () => {
    const { client, fake } = clientOf([json(RUN, 202), json(RUN, 202), json(RUN, 202)]);
    await client.runs.submit(BODY, { waitS: 7 });
    await client.runs.submit(BODY, { idempotencyKey: "mine" });
    await client.runs.submit(BODY, { idempotencyKey: null });
    expect(fake.requests.map(({ headers }) => [headers["idempotency-key"], headers.prefer])).toEqual([
      ["key-1", "wait=7"],
      ["mine", undefined],
      [undefined, undefined],
    ]);
    expect(fake.requests[0]).toMatchObject({
      body: '{"graph":"g"}',
      headers: { "content-type": "application/json" },
    });
  });

  it("asks for the key before each request, and works without one", async () => {
    let turn = 0;
    const authorization = () => Promise.resolve(`Bearer msb_${(turn += 1)}`);
    const { client, fake } = clientOf([json(RUN), json(RUN)], { authorization });
    await client.runs.get("a");
    await client.runs.get("a");
    expect(fake.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer msb_1",
      "Bearer msb_2",
    ]);
    const without = clientOf([json(RUN)], { authorization: () => undefined });
    await without.client.runs.get("a");
    expect(without.fake.requests[0]!.headers).not.toHaveProperty("authorization");
  });

  it.each(["", ".", ".."])("takes %j for no id: it would lead to another route", async (id) => {
    const { client, fake } = clientOf([]);
    await expect(client.runs.delete(id)).rejects.toThrow(TypeError);
    expect(fake.requests).toEqual([]);
  });

  it("keeps whatever an id holds within its segment of the path", async () => {
    const { client, fake } = clientOf([json(RUN)], { base: "http://gateway/prefix//" });
    await client.runs.get("../files?x#y/é");
    expect(fake.requests[0]!.url).toBe("http://gateway/prefix/v1/runs/..%2Ffiles%3Fx%23y%2F%C3%A9");
  });

  it("asks its own origin when it has no base", async () => {
    const { client, fake } = clientOf([json(RUN)], { base: "" });
    await client.runs.get("a");
    expect(fake.requests[0]!.url).toBe("/v1/runs/a");
  });

  it("watches a run to its end, and tells of each frame", async () => {
    const event = (seq: number, type: string) => `data: ${JSON.stringify({ seq, type })}\n\n`;
    const ended = { ...RUN, status: "succeeded" };
    const { client, fake } = clientOf([
      sse([event(1, "run.queued"), event(2, "run.succeeded")]),
      json(ended),
    ]);
    const kinds: string[] = [];
    expect(
      await client.runs.watch("r", { onFrame: ({ kind, seq }) => kinds.push(`${kind} ${seq}`) }),
    ).toEqual(ended);
    expect(kinds).toEqual(["event 1", "event 2"]);
    expect(fake.requests[0]).toMatchObject({
      url: "http://gateway/v1/runs/r/events?after=0",
      headers: { accept: "text/event-stream", "last-event-id": "0" },
    });
  });
});

describe("lists", () => {
  it("go on with the cursor until there is none, also over an empty page", async () => {
    const pages = [{ runs: [1], next_cursor: "a" }, { runs: [], next_cursor: "b" }, { runs: [2] }];
    const { client, fake } = clientOf(pages.map((page) => json(page)));
    expect(await listOf(client.runs.all({ tag: "t" }))).toEqual([1, 2]);
    const asked = fake.requests.map(({ url }) => new URL(url).search);
    expect(asked).toEqual(["?tag=t", "?tag=t&cursor=a", "?tag=t&cursor=b"]);
  });

  it("end with an error when a page leads to itself", async () => {
    const page = () => json({ files: [], next_cursor: "a" });
    const { client } = clientOf([page(), page()]);
    await expect(listOf(client.files.all())).rejects.toThrow("leads to itself");
  });

  it("read a whole log", async () => {
    const pages = [
      { events: [1, 2], next_after: 2 },
      { events: [3], next_after: 3 },
      { events: [], next_after: 3 },
    ];
    const { client, fake } = clientOf(pages.map((page) => json(page)));
    expect(await listOf(client.runs.history("r"))).toEqual([1, 2, 3]);
    expect(fake.requests.map(({ url }) => new URL(url).search)).toEqual(["?after=0", "?after=2", "?after=3"]);
  });
});
