/** Artifacts over HTTP from a real store: whole, in part, conditional, and when the bytes or the store are gone. */
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createAppHarness, problemOf, type AppHarness } from "../../test/app-harness.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newId } from "../ids.ts";
import { createObjectStore } from "./object-store.ts";

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("content", { seaweed: store });
});
afterAll(() => h.close());

const BYTES = new TextEncoder().encode("0123456789".repeat(1000));

/** An artifact as the driver files it. `made` is the time that its id tells. */
async function artifact(
  options: { name?: string; media_type?: string; bytes?: Uint8Array<ArrayBuffer> | null; run?: string } = {},
): Promise<string> {
  const { name = "film.mp4", media_type = "video/mp4", bytes = BYTES, run = newId("run", "s0") } = options;
  const id = newId("art", "s0");
  const sha256 = await sha256Hex(bytes ?? BYTES);
  const key = `runs/${run}/task_s0_X/${sha256}/${id}`;
  if (bytes) await h.store.put(key, { bytes, mediaType: "video/mp4", sha256, metadata: {} });
  const row = {
    artifact_id: id,
    key,
    media_type,
    size: (bytes ?? BYTES).byteLength,
    sha256,
    name,
    meta: {},
    node_id: "final",
    output: "video",
  };
  const { redis, keys } = h.driver;
  await redis.hset(keys.runArtifacts("s0", run), id, JSON.stringify(row));
  await redis.set(keys.artifact("s0", id), run);
  return id;
}

const get = (id: string, headers: Record<string, string> = {}, method = "GET") =>
  h.request(`/v1/artifacts/${id}/content`, { method, headers });

describe("GET /v1/artifacts/{artifact_id}", () => {
  it("tells what is known of it", async () => {
    const id = await artifact();
    const response = await h.request(`/v1/artifacts/${id}`);
    expect(await response.json()).toMatchObject({
      artifact_id: id,
      node_id: "final",
      size: 10_000,
      url: `/v1/artifacts/${id}/content`,
    });
  });
});

describe("GET /v1/artifacts/{artifact_id}/content", () => {
  it("sends all of it, to be kept and not to be shown as a page", async () => {
    const response = await get(await artifact());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "video/mp4",
      "content-length": "10000",
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-disposition": "attachment; filename=\"film.mp4\"; filename*=UTF-8''film.mp4",
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(BYTES);
  });

  it.each([
    ["image/webp", "image/webp"],
    ["text/vtt", "text/vtt"],
    ["application/json", "application/json"],
    ["image/svg+xml", "application/octet-stream"],
    ["text/html", "application/octet-stream"],
    ["application/xhtml+xml", "application/octet-stream"],
    ["text/javascript", "application/octet-stream"],
    ["application/pdf", "application/octet-stream"],
  ])("says of a box's %s that it is %s: a browser must run none of it", async (media_type, said) => {
    const id = await artifact({ media_type });
    expect((await get(id)).headers.get("content-type")).toBe(said);
    expect(await (await h.request(`/v1/artifacts/${id}`)).json()).toMatchObject({ media_type });
  });

  it.each([
    ["bytes=0-9", "bytes 0-9/10000", "0123456789"],
    ["bytes=9995-", "bytes 9995-9999/10000", "56789"],
    ["bytes=-3", "bytes 9997-9999/10000", "789"],
    ["bytes=9998-20000", "bytes 9998-9999/10000", "89"],
  ])("sends %s only", async (range, contentRange, text) => {
    const response = await get(await artifact(), { range });
    expect([response.status, response.headers.get("content-range")]).toEqual([206, contentRange]);
    expect(response.headers.get("content-length")).toBe(String(text.length));
    expect(await response.text()).toBe(text);
  });

  it("refuses a range behind the end and says how long it is", async () => {
    const response = await get(await artifact(), { range: "bytes=10000-" });
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */10000"]);
    expect((await problemOf(response)).code).toBe("range-not-satisfiable");
  });

  it("knows what the client has", async () => {
    const id = await artifact();
    const etag = (await get(id)).headers.get("etag")!;
    expect((await get(id, { "if-none-match": `"x", ${etag}` })).status).toBe(304);
    expect((await get(id, { "if-none-match": '"x"' })).status).toBe(200);
    expect((await get(id, { "if-range": etag, range: "bytes=0-1" })).status).toBe(206);
    expect((await get(id, { "if-range": '"x"', range: "bytes=0-1" })).status).toBe(200);
  });

  it("answers who asks again after the deletion that there is nothing, and not that nothing has changed", async () => {
    const run = newId("run", "s0");
    const id = await artifact({ run });
    const etag = (await get(id)).headers.get("etag")!;
    const again = { "if-none-match": etag };
    const known = await get(id, again);
    expect([known.status, known.headers.get("cache-control")]).toEqual([304, "private, no-cache"]);
    await h.driver.redis.hset(h.driver.keys.run("s0", run), "status", "succeeded");
    expect((await h.request(`/v1/runs/${run}`, { method: "DELETE" })).status).toBe(204);
    expect([(await get(id, again)).status, (await get(id, again, "HEAD")).status]).toEqual([404, 404]);
    expect((await get(id, { ...again, range: "bytes=0-1" })).status).toBe(404);
  });

  it("answers HEAD without asking the store", async () => {
    const response = await get(await artifact({ bytes: null }), {}, "HEAD");
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "10000"]);
  });

  it("keeps a name from getting into other headers", async () => {
    const response = await get(await artifact({ name: 'a"; x="\r\nSet-Cookie: y ä.mp4' }));
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="a_; x=___Set-Cookie: y _\.mp4"; filename\*=UTF-8''a%22%3B/,
    );
  });

  it("says that the bytes are gone", async () => {
    const response = await get(await artifact({ bytes: null }));
    expect([response.status, (await problemOf(response)).code]).toEqual([404, "artifact-not-found"]);
  });

  it("stops asking the store when the client leaves", async () => {
    const large = new Uint8Array(8_000_000).fill(7);
    const response = await get(await artifact({ bytes: large }));
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    expect((await h.request("/readyz")).status).toBe(200);
  });
});

describe("the store", () => {
  it("deletes what lies under a prefix and nothing else", async () => {
    const sha256 = await sha256Hex(BYTES);
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        h.store.put(`runs/gone/${i}`, { bytes: BYTES, mediaType: "text/plain", sha256, metadata: {} }),
      ),
    );
    await h.store.put("runs/stays", { bytes: BYTES, mediaType: "text/plain", sha256, metadata: {} });
    await h.store.deletePrefix("runs/gone/");
    expect(await h.store.head("runs/gone/3")).toBeUndefined();
    expect(await h.store.head("runs/stays")).toMatchObject({ size: 10_000, mediaType: "text/plain" });
    await h.store.deletePrefix("runs/gone/");
  });

  it("makes its bucket once", async () => {
    const fresh = createObjectStore({ ...store, bucket: `${store.bucket}-another`, clock: systemClock });
    const object = { bytes: BYTES, mediaType: "text/plain", sha256: await sha256Hex(BYTES), metadata: {} };
    await expect(fresh.deletePrefix("x")).rejects.toThrow("The object store answered 404 (NoSuchBucket)");
    await fresh.ensureBucket();
    await fresh.ensureBucket();
    await fresh.put("x", object);
  });
});
