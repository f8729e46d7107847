/** The real bundle in the runtime of Workers, alone: no driver and no executor of a server is there. */
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import type { Graph, Problem, Run } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { keyHarness } from "../../../test/access-harness.ts";
import { countingProxy } from "../../../test/counting-proxy.ts";
import { result } from "../../../test/driver-harness.ts";
import { DRAIN_TOKEN } from "../../../test/edge-front.ts";
import { createEdgeHarness, type EdgeHarness } from "../../../test/edge-harness.ts";
import { until } from "../../../test/until.ts";
import { sha256Hex } from "../../graphs/digest.ts";
import { newId } from "../../ids.ts";

let store: S3Access;
let h: EdgeHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createEdgeHarness("edge", store);
  await h.announce();
}, 120_000);
afterAll(() => h.close());

const SAY: Graph = {
  name: "say",
  nodes: [{ id: "a", type: "node_work", plane: "node", inputs: { text: "hello" } }],
  output: { text: "$a.text" },
};
/** Its first attempt hangs. */
const HANG: Graph = {
  name: "hang",
  nodes: [
    { id: "a", type: "node_work", plane: "node", params: { speed: 0 }, retry: { max_attempts: 3 } },
  ] as Graph["nodes"],
  output: { text: "$a.text" },
};
const FILM: Graph = {
  name: "film",
  nodes: [
    { id: "a", type: "node_work", plane: "node", inputs: { text: "hello" } },
    { id: "b", type: "python_work", plane: "python", inputs: { need: 1, text: "$a.text" } },
  ],
  output: { text: "$b.text", image: "$b.image?" },
};

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Run> {
  const answer = await h.ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBeLessThan(300);
  return (await answer.json()) as Run;
}
const submit = (graph: Graph, headers?: Record<string, string>) =>
  post("/v1/runs", { graph, input: {} }, headers);

const read = async (run: string): Promise<Run> => (await (await h.ask(`/v1/runs/${run}`)).json()) as Run;
const events = (run: string) => h.driver.events(run);
const typesOf = async (run: string): Promise<string[]> => (await events(run)).map(({ type }) => type);
const ended = (run: string): Promise<string> =>
  until(async () => {
    const { status } = await h.driver.record(run);
    return ["queued", "running", "waiting"].includes(status ?? "") ? undefined : status;
  });

/** What a stream says until it ends, or until `enough`. */
async function follow(run: string, init: RequestInit, enough = (_: string) => false): Promise<string> {
  const headers = { accept: "text/event-stream", ...(init.headers as Record<string, string>) };
  const answer = await h.ask(`/v1/runs/${run}/events?after=0`, { ...init, headers });
  expect(answer.status).toBe(200);
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of answer.body!) {
    text += decoder.decode(part, { stream: true });
    if (enough(text)) break;
  }
  return text;
}
/** That Redis has with whomever. */
async function connections(): Promise<number> {
  return ((await h.driver.redis.call("CLIENT", "LIST")) as string).split("\n").filter(Boolean).length;
}
const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe("the Worker", () => {
  it("answers without a key what is nobody's secret, and nothing else", async () => {
    const bare = { headers: { authorization: "" } };
    expect((await h.ask("/healthz", bare)).status).toBe(200);
    expect((await h.ask("/v1/runs", bare)).status).toBe(401);
    expect((await h.ask("/readyz")).status).toBe(200);
    expect(await (await h.ask("/metrics")).text()).toContain("gateway_redis_up 1");
  });

  it("is reached by the name that leads to it, whatever that is", async () => {
    const answer = await fetch(`http://localhost:${h.edge.port}/v1/graphs`, {
      headers: { authorization: `Bearer ${h.key}` },
    });
    expect(answer.status).toBe(200);
  });

  it("brings a run of short work to its end behind the submit, and shows it", async () => {
    const run = await submit(SAY, { prefer: "wait=20" });
    expect(run).toMatchObject({ status: "succeeded", output: { text: "hello" } });
    const list = (await (await h.ask("/v1/runs?limit=1")).json()) as { runs: Run[] };
    expect(list.runs[0]?.run_id).toBe(run.run_id);
    const text = await follow(run.run_id, {});
    expect(idsIn(text)).toEqual((await events(run.run_id)).map(({ seq }) => seq));
    expect(text).toContain("event: run.succeeded");
  });

  it("brings a fork to its end behind the request, too", async () => {
    const source = await submit(SAY, { prefer: "wait=20" });
    const { run_id } = await post(`/v1/runs/${source.run_id}/fork`, { from_node: "a" });
    expect(await ended(run_id)).toBe("succeeded");
    expect(await read(run_id)).toMatchObject({ output: { text: "hello" }, forked_from: { node_id: "a" } });
  });

  it("serves many at once on one isolate", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => submit(SAY, { prefer: "wait=30" })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "succeeded"));
  });

  it("answers a second request on an isolate over a connection of its own, and leaves none behind", async () => {
    const before = await connections();
    for (let i = 0; i < 3; i += 1) expect((await h.ask("/v1/runs?limit=1")).status).toBe(200);
    const both = await Promise.all([h.ask("/v1/runs?limit=1"), h.ask("/v1/capabilities"), h.ask("/readyz")]);
    expect(both.map(({ status }) => status)).toEqual([200, 200, 200]);
    await until(async () => (await connections()) <= before);
  });

  it("asks Redis so seldom for a run of one node that distance hardly counts", async () => {
    const { valkey } = h.driver;
    const wire = await countingProxy(Number(new URL(valkey.url).port), 50);
    onTestFinished(() => wire.close());
    const far = await h.another({
      redisUrl: valkey.url.replace(/:\d+(?=\/|$)/, `:${wire.port}`),
      env: { GATEWAY_LEASE_MS: "60000", GATEWAY_LOCK_MS: "60000" },
    });
    const turnarounds: number[] = [];
    // What the isolate knows behind the first is its graphs and its key; who is there is asked again each second.
    for (let runs = 0; runs < 4; runs += 1) {
      const answer = await fetch(`${far.url}/v1/runs`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${h.key}`,
          "content-type": "application/json",
          prefer: "wait=20",
        },
        body: JSON.stringify({ graph: SAY, input: {} }),
      });
      expect(await answer.json()).toMatchObject({ status: "succeeded" });
      turnarounds.push(await wire.ended());
    }
    expect(Math.min(...turnarounds)).toBeLessThanOrEqual(8);
  });

  it("starts a run for the boxes, and goes on when one of them asks for it", async () => {
    const run = await submit(FILM);
    const task = await h.driver.pull("default");
    expect(task.run_id).toBe(run.run_id);
    await h.driver.settle(task, [result(task.nodes[0]!, { outputs: { text: "made" } })]);
    expect(await h.drain()).toMatchObject({ more: false });
    expect(await read(run.run_id)).toMatchObject({ status: "succeeded", output: { text: "made" } });
  });

  it("serves what was made, whole and in part", async () => {
    const bytes = new TextEncoder().encode("0123456789".repeat(100));
    const id = await storedArtifact(bytes);
    const whole = await h.ask(`/v1/artifacts/${id}/content`);
    expect([whole.status, whole.headers.get("content-length")]).toEqual([200, "1000"]);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
    const part = await h.ask(`/v1/artifacts/${id}/content`, { headers: { range: "bytes=10-14" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 10-14/1000",
      "01234",
    ]);
  });

  it("goes on with the minute's cron where nobody asks, also on an isolate that knows nothing of the run", async () => {
    const run = await submit(FILM);
    const task = await h.driver.pull("default");
    await h.driver.settle(task, [result(task.nodes[0]!, { outputs: { text: "late" } })]);
    await restart();
    // What the killed isolate had read already is another's after its lease.
    await until(async () => {
      await h.edge.tick();
      return (await read(run.run_id)).completed_at !== undefined;
    });
    expect(await read(run.run_id)).toMatchObject({ status: "succeeded", output: { text: "late" } });
  });

  it("shows a run that goes on to who followed it when its isolate was killed", async () => {
    const run = await submit(FILM);
    const task = await h.driver.pull("default");
    const seen = idsIn(
      await follow(run.run_id, {}, (text) => text.includes("node.dispatched")).catch(() => ""),
    );
    await restart();
    await h.driver.settle(task, [result(task.nodes[0]!, { outputs: { text: "made" } })]);
    const headers = { "last-event-id": String(seen.at(-1) ?? 0) };
    const rest = follow(run.run_id, { headers });
    await until(async () => {
      await h.edge.tick();
      return (await read(run.run_id)).completed_at !== undefined;
    });
    const ids = [...seen, ...idsIn(await rest)];
    expect(ids).toEqual((await events(run.run_id)).map(({ seq }) => seq));
  });

  it("finds what a killed isolate has held, and does it again", async () => {
    const run = await submit(HANG);
    await until(async () => (await typesOf(run.run_id)).includes("node.progress"));
    await restart();
    const status = await until(async () => {
      await h.edge.tick();
      return (await read(run.run_id)).completed_at ? (await read(run.run_id)).status : undefined;
    }, 25_000);
    expect(status).toBe("succeeded");
    const started = (await events(run.run_id)).filter(({ type }) => type === "node.started");
    expect(started.map(({ data }) => data.attempt)).toEqual([1, 2]);
  });

  it("hands back what does not end in its time: the next goes on without waiting for a lease", async () => {
    const hasty = await h.another({ env: { GATEWAY_DRAIN_MS: "300", GATEWAY_LEASE_MS: "600000" } });
    const answer = await fetch(`${hasty.url}/v1/runs`, {
      method: "POST",
      headers: { authorization: `Bearer ${h.key}`, "content-type": "application/json" },
      body: JSON.stringify({ graph: HANG, input: {} }),
    });
    const { run_id } = (await answer.json()) as Run;
    const dispatched = async (): Promise<number> =>
      (await typesOf(run_id)).filter((type) => type === "node.dispatched").length;
    await until(async () => {
      await h.drain();
      return (await dispatched()) > 1;
    });
    await h.ask(`/v1/runs/${run_id}/cancel?wait=20`, { method: "POST" });
    expect(await ended(run_id)).toBe("canceled");
  });

  it("drives nothing twice when several ask at once", async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => h.driver.submit(FILM, {})));
    const isSent = async (run: string): Promise<boolean> =>
      (await h.driver.rows(run)).b?.status === "dispatched";
    // A turn of an earlier case, whose time is over, may have read of them what it hands back.
    await until(async () => {
      await Promise.all([h.drain(), h.drain(), h.drain()]);
      return (await Promise.all(runs.map(isSent))).every(Boolean);
    });
    for (const run of runs) {
      const started = (await events(run)).filter(({ type }) => type === "node.started");
      expect(started).toHaveLength(1);
    }
  });

  it("ends a stream after its time, and goes on where its reader has been", async () => {
    const brief = await h.another({ env: { GATEWAY_STREAM_MS: "400" } });
    const run = await h.driver.submit(FILM, {});
    const ask = (after: string): Promise<Response> =>
      fetch(`${brief.url}/v1/runs/${run}/events`, {
        headers: { authorization: `Bearer ${h.key}`, accept: "text/event-stream", "last-event-id": after },
      });
    expect(idsIn(await (await ask("0")).text())).toEqual([1]);
    await h.drain();
    const rest = idsIn(await (await ask("1")).text());
    expect(rest[0]).toBe(2);
    expect(rest).toEqual((await events(run)).map(({ seq }) => seq).slice(1));
  });

  it("ends a stream whose connection to Redis is cut, so that its reader comes back", async () => {
    const run = await h.driver.submit(FILM, {});
    const cut = (text: string): boolean => {
      if (text.includes("id: 1\n")) void h.driver.redis.call("CLIENT", "KILL", "TYPE", "normal");
      return false;
    };
    expect(idsIn(await follow(run, {}, cut))).toEqual([1]);
    await h.ask(`/v1/runs/${run}/cancel`, { method: "POST" });
  });

  it("keeps no connection to Redis of a client that has left", async () => {
    const run = await h.driver.submit(FILM, {});
    const before = await connections();
    const left = new AbortController();
    await follow(run, { signal: left.signal }, (text) => text.includes("id: 1\n"));
    left.abort();
    // The runtime tells of it when there is something to send.
    await h.ask(`/v1/runs/${run}/cancel`, { method: "POST" });
    await until(async () => (await connections()) <= before);
    expect((await h.ask("/healthz")).status).toBe(200);
  });

  it("ends the run of a client that waits for it and leaves", async () => {
    const before = await connections();
    const count = async () => h.driver.redis.zcard(h.driver.keys.runs("s0"));
    const known = await count();
    const left = new AbortController();
    const asked = h.ask("/v1/runs", {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "wait=30" },
      body: JSON.stringify({ graph: SAY, input: {} }),
      signal: left.signal,
    });
    await until(async () => (await count()) > known);
    left.abort();
    await asked.then(
      () => {},
      () => {},
    );
    const [run = ""] = await h.driver.redis.zrevrange(h.driver.keys.runs("s0"), 0, 0);
    expect(await ended(run)).toBe("succeeded");
    await until(async () => (await connections()) <= before);
  });

  it("drives and runs nothing where its roles say so, and is nobody's executor", async () => {
    const quiet = await h.another({ env: { GATEWAY_ROLES: "http" } });
    const ask = (path: string, body?: object): Promise<Response> =>
      fetch(quiet.url + path, {
        ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
        headers: { authorization: `Bearer ${h.key}`, "content-type": "application/json" },
      });
    const refused = await ask("/v1/runs", { graph: SAY, input: {} });
    expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([409, "no-executor-matches"]);
    const run = await h.driver.submit(SAY);
    await quiet.tick();
    const drained = await fetch(`${quiet.url}/internal/drain`, {
      method: "POST",
      headers: { authorization: `Bearer ${DRAIN_TOKEN}` },
    });
    expect(await drained.json()).toEqual({ runs: 0, more: false });
    expect(await typesOf(run)).toEqual(["run.queued"]);
    await h.drain();
    expect(await ended(run)).toBe("succeeded");
  });

  it.each([
    ["no token", {}],
    ["a wrong token", { authorization: "Bearer wrong" }],
    ["a key", { authorization: "Bearer key" }],
  ])("drives for nobody with %s", async (_what, headers) => {
    const given = "authorization" in headers ? headers.authorization.replace("key", h.key) : "";
    const answer = await h.ask("/internal/drain", { method: "POST", headers: { authorization: given } });
    expect(answer.status).toBe(401);
    expect(((await answer.json()) as Problem).detail).toContain("GATEWAY_DRAIN_TOKEN");
  });

  it("says in one sentence what it cannot reach", async () => {
    const bare: EdgeServer = await h.another({ without: ["NETWORK"] });
    for (const path of ["/healthz", "/v1/runs"]) {
      const answer = await fetch(bare.url + path);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
      expect(((await answer.json()) as Problem).detail).toContain("The binding NETWORK is missing");
    }
    const { valkey } = h.driver;
    const refused = valkey.url.replace(/\/\/.*@/, "//who:wrong@");
    const other = "Redis answers in another protocol; perhaps it expects TLS and its address asks for none";
    const page = await listening((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    for (const [redisUrl, said] of [
      ["redis://127.0.0.1:9", "The host of Redis cannot be reached (EHOSTUNREACH); try again."],
      [
        refused,
        "Redis refuses the user or password of its address (WRONGPASS): correct GATEWAY_REDIS_URL; try again.",
      ],
      [`${valkey.url.replace(/\/$/, "")}/99`, "Redis does not have the database of its address; try again."],
      [`redis://127.0.0.1:${page}`, `${other}; try again.`],
      [`redis://:secret@127.0.0.1:${page}`, `${other}; try again.`],
    ]) {
      const { url, log } = await h.another({ redisUrl: redisUrl! });
      const answer = await fetch(`${url}/v1/runs`, { headers: { authorization: `Bearer ${h.key}` } });
      expect(((await answer.json()) as Problem).detail).toBe(said);
      expect(readFileSync(log, "utf8")).not.toContain("can be used again");
    }
  });

  it("tells a key that is revoked nothing more: who waits, who follows, who asks again", async () => {
    const { key, elsewhere } = keyHarness(h);
    const made = await key("ann");
    const headers = { authorization: `Bearer ${made.api_key}` };
    const { redis, keys } = h.driver;
    const { run_id } = await submit(FILM, headers);
    const before = await redis.zcard(keys.runs("s0"));
    const [followed, waited] = [follow(run_id, { headers }), submit(FILM, { ...headers, prefer: "wait=60" })];
    await until(async () => (await redis.zcard(keys.runs("s0"))) > before);
    await elsewhere.revoke(made.key.key_id);
    expect((await waited).status).toBe("queued");
    expect(await followed).toContain("run.queued");
    expect((await h.ask(`/v1/runs/${run_id}`, { headers })).status).toBe(401);
  });
});

/** @returns the port of a server that is no Redis */
async function listening(meet: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => meet(socket));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** As the driver files it. */
async function storedArtifact(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { redis, keys } = h.driver;
  const [id, run, sha256] = [newId("art", "s0"), newId("run", "s0"), await sha256Hex(bytes)];
  const key = `runs/${run}/task_s0_X/${sha256}/${id}`;
  await h.store.put(key, { bytes, mediaType: "video/mp4", sha256, metadata: {} });
  const about = {
    media_type: "video/mp4",
    size: bytes.length,
    name: "a.mp4",
    meta: {},
    node_id: "b",
    output: "video",
  };
  await redis.hset(
    keys.runArtifacts("s0", run),
    id,
    JSON.stringify({ artifact_id: id, key, sha256, ...about }),
  );
  await redis.set(keys.artifact("s0", id), run);
  return id;
}

/** As when the runtime of Cloudflare moves it: nothing is told before. */
async function restart(): Promise<void> {
  await h.edge.service.kill();
  await h.edge.service.start();
}
