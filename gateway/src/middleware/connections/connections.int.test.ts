/** The app, made once, with a connection of its own for each request: none meets another's, and none is left open. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { OPENAPI } from "@myspinbot/contracts/openapi.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, type AppHarness } from "../../../test/app-harness.ts";
import { ownConnections, type OwnConnections } from "../../../test/own-connections.ts";
import { until } from "../../../test/until.ts";
import { newId } from "../../ids.ts";
import type { Redis } from "../../redis/client.ts";

const ONE: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: {},
};
/** Answered from what the process has. */
const NEED_NONE = /^\/(health.*|openapi\.json)?$/;
const JSON_TYPE = { "content-type": "application/json" };

let store: S3Access;
let h: AppHarness;
let own: OwnConnections;
let count = 0;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
afterEach(() => h.close());

async function start(
  change?: (redis: Redis, by: string | undefined) => Redis,
  urlOf: (request: Request) => string = () => h.driver.valkey.url,
): Promise<void> {
  own = ownConnections(urlOf, change);
  h = await createAppHarness(`own${(count += 1)}`, {
    seaweed: store,
    connect: (shared, objects) => own.connect(shared, objects),
  });
  await h.announceAll();
}

/** Through the driver's own connection. */
const submitted = (): Promise<string> => h.driver.submit(ONE);

/** A client that does this whatever it is told. */
const instead = (redis: Redis, command: () => unknown): Redis => new Proxy(redis, { get: () => command });

/** Every connection: closed once, used by its own request only, and not behind its end. */
function expectClean(): void {
  expect(own.opened.map(({ closed, wrong }) => ({ closed, wrong }))).toEqual(
    own.opened.map(() => ({ closed: 1, wrong: [] })),
  );
}

describe("connections of single requests", () => {
  it("are not opened by requests that need none", async () => {
    await start();
    for (const path of ["/", "/healthz", "/openapi.json", "/health", "/nowhere"])
      await (await h.request(path)).text();
    expect(own.opened).toEqual([]);
  });

  /** What the addresses and bodies of the document's operations are filled with. */
  const bodies: Record<string, RequestInit> = {
    "post /v1/runs": { headers: JSON_TYPE, body: JSON.stringify({ graph: ONE, input: {} }) },
    "post /v1/webhooks": { headers: JSON_TYPE, body: JSON.stringify({ url: "https://example.com/" }) },
    "post /v1/files": { headers: { "content-type": "image/png" }, body: PNG },
    "put /v1/files/{file_id}/content": { headers: { "content-type": "image/png" }, body: PNG },
  };
  const operations = Object.entries(OPENAPI.paths as Record<string, Record<string, unknown>>)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`))
    .filter((name) => /^(get|post|put|patch|delete) /.test(name))
    .sort();

  it.each(operations)("%s: two at once have one each, and leave none open", async (operation) => {
    await start();
    const [method = "", pattern = ""] = operation.split(" ");
    const file = await h.request("/v1/files", {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: PNG,
    });
    const ids: Record<string, string> = {
      run_id: await submitted(),
      file_id: ((await file.json()) as { file_id: string }).file_id,
      artifact_id: newId("art", "s0"),
      name: "talking-avatar",
    };
    const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? "none");
    own.opened.length = 0;
    const ask = (name: string) =>
      own.as(name, async () => {
        const response = await h.request(path, { method: method.toUpperCase(), ...bodies[operation] });
        await response.text();
        return response.status;
      });
    for (const status of await Promise.all([ask("first"), ask("second")])) expect(status).not.toBe(500);
    expect(own.opened.map(({ by }) => by).sort()).toEqual(NEED_NONE.test(pattern) ? [] : ["first", "second"]);
    expectClean();
  });

  it("stay open as long as a stream of events, each its own", async () => {
    await start();
    const run = await submitted();
    own.opened.length = 0;
    const follow = (name: string) =>
      own.as(name, () =>
        h.request(`/v1/runs/${run}/events?after=0`, { headers: { accept: "text/event-stream" } }),
      );
    const [first, second] = await Promise.all([follow("first"), follow("second")]);
    const one = first.body!.getReader();
    await one.read();
    expect(own.opened.map(({ closed }) => closed)).toEqual([0, 0]);
    await one.cancel();
    expect(own.opened.map(({ by, closed }) => [by, closed]).sort()).toEqual([
      ["first", 1],
      ["second", 0],
    ]);
    h.driver.startDriver();
    h.driver.startExecutor("node", () => ({}));
    expect(await own.as("second", () => second.text())).toContain("event: run.succeeded");
    expectClean();
  });

  it("are closed behind a client that is cut off, whether it follows or waits", async () => {
    await start();
    const run = await submitted();
    own.opened.length = 0;
    const client = new AbortController();
    const { signal } = client;
    const streaming = await h.request(`/v1/runs/${run}/events`, {
      headers: { accept: "text/event-stream" },
      signal,
    });
    expect(streaming.status).toBe(200);
    const waiting = h.app.request("/v1/runs", {
      method: "POST",
      headers: { ...JSON_TYPE, prefer: "wait=60" },
      body: JSON.stringify({ graph: ONE, input: {} }),
      signal,
    });
    await until(() => h.driver.redis.zcard(h.driver.keys.runs("s0")).then((runs) => runs === 2));
    client.abort();
    await waiting;
    await until(() => Promise.resolve(own.opened.every(({ closed }) => closed === 1)));
    expect(own.opened).toHaveLength(2);
    expectClean();
  });

  it("are closed behind what fails: Redis, and what is a mistake of ours", async () => {
    await start((redis, by) =>
      by === "mistaken" ? instead(redis, () => Promise.reject(new TypeError("ours"))) : redis,
    );
    const run = await submitted();
    own.opened.length = 0;
    const mistaken = await own.as("mistaken", () => h.app.request(`/v1/runs/${run}`));
    expect((await problemOf(mistaken)).code).toBe("internal");
    await h.driver.valkey.stop();
    const away = await own.as("away", () => h.app.request("/v1/runs"));
    expect((await problemOf(away)).code).toBe("redis-unavailable");
    expect(own.opened).toHaveLength(2);
    expectClean();
  });

  it("lead each request to its own server through the same app", async () => {
    await start(undefined, (request) => `${h.driver.valkey.url}/${request.headers.get("x-database")}`);
    const run = await submitted();
    const ask = async (database: string) =>
      (await h.request(`/v1/runs/${run}`, { headers: { "x-database": database } })).status;
    expect(await Promise.all([ask("0"), ask("1"), ask("0")])).toEqual([200, 404, 200]);
  });

  it("do not wait for what another has asked", async () => {
    const never = new Promise<never>(() => {});
    await start((redis, by) => (by === "stuck" ? instead(redis, () => never) : redis));
    void own.as("stuck", () => h.app.request("/v1/executors"));
    await until(() => Promise.resolve(own.opened.some(({ commands }) => commands.length > 0)));
    const answer = await own.as("free", () => h.request("/v1/executors"));
    expect(((await answer.json()) as { executors: unknown[] }).executors).toHaveLength(2);
  });
});
