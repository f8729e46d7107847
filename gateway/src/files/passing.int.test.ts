/** Large uploads, which pass through the gateway without being held: stored whole or not at all. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { File, FilePage } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { keyHarness } from "../../test/access-harness.ts";
import { createAppHarness, PNG, problemOf, type AppHarness, type Listening } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { createSend, type Send } from "../artifacts/signed-requests.ts";
import { systemClock } from "../clock.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { fileKey } from "./file-record.ts";

const SIZE = 3_000_000;
const FILM = { "content-type": "video/mp4" };

let store: S3Access;
let h: AppHarness;
let address: Listening;
let bucket: Send;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("passing", { seaweed: store });
  address = await h.listen();
  bucket = createSend({ ...store, clock: systemClock });
});
afterAll(() => h.close());

/** As far as its first bytes tell. */
function film(size = SIZE): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 997) bytes[i] = i % 251;
  bytes.set([0, 0, 0, 24, ...new TextEncoder().encode("ftypisom")]);
  return bytes;
}

/** In parts, without a length. */
function streamed(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.subarray(at, (at += 50_000)));
    },
  });
}

const send = (body: BodyInit, headers: Record<string, string> = FILM) =>
  fetch(`${address.url}/v1/files`, {
    ...{ method: "POST", body, headers: { ...address.headers, ...headers }, duplex: "half" },
  });
const put = (file: string, body: BodyInit, headers: Record<string, string> = FILM) =>
  h.request(`/v1/files/${file}/content`, { method: "PUT", body, headers, duplex: "half" } as RequestInit);
const files = async (): Promise<string[]> =>
  ((await (await h.request("/v1/files")).json()) as FilePage).files.map(({ file_id }) => file_id);

async function announce(bytes: Uint8Array<ArrayBuffer>, change: object = {}): Promise<File> {
  const about = { name: "a.mp4", media_type: "video/mp4", size: bytes.byteLength };
  const answer = await h.post("/v1/files", { ...about, sha256: await sha256Hex(bytes), ...change });
  expect(answer.status).toBe(201);
  return (await answer.json()) as File;
}

/** Digest of what the store has. */
async function stored(file: string): Promise<string> {
  const body = await h.store.get(fileKey(file));
  return sha256Hex(new Uint8Array(await new Response(body).arrayBuffer()));
}

/** Of this owner: in Redis, and all that the store has. */
async function leftovers(): Promise<{ listed: number; objects: string[] }> {
  const { redis, keys } = h.driver;
  return { listed: await redis.zcard(keys.ownerFiles("s0", "default")), objects: await objectsOf() };
}

async function objectsOf(): Promise<string[]> {
  const page = await (await bucket("?list-type=2&prefix=files%2F", {}, [200])).text();
  return [...page.matchAll(/<Key>files\/([^<]+)<\/Key>/g)].map(([, key = ""]) => key).toSorted();
}

describe("a large file", () => {
  it("comes in one request and is what was sent, with its digest, its length, and its type by its bytes", async () => {
    const bytes = film();
    const answer = await send(bytes, {
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.mp4",
    });
    expect(answer.status).toBe(201);
    const file = (await answer.json()) as File;
    const sha256 = await sha256Hex(bytes);
    expect(file).toMatchObject({
      status: "complete",
      size: SIZE,
      sha256,
      media_type: "video/mp4",
      name: "Größe.mp4",
    });
    expect(await stored(file.file_id)).toBe(file.sha256);
    const head = await h.store.head(fileKey(file.file_id));
    expect(head).toMatchObject({
      size: SIZE,
      mediaType: "video/mp4",
      metadata: { sha256, status: "complete" },
    });
    expect(await files()).toContain(file.file_id);
  });

  it("comes without a length, too", async () => {
    const bytes = film();
    const answer = await send(streamed(bytes));
    const file = (await answer.json()) as File;
    expect([answer.status, file.size, file.sha256]).toEqual([201, SIZE, await sha256Hex(bytes)]);
    expect(await stored(file.file_id)).toBe(file.sha256);
  });

  it("comes after it was announced, as often as it is sent", async () => {
    const bytes = film();
    const { file_id } = await announce(bytes);
    for (const body of [bytes, bytes, streamed(bytes)]) {
      const answer = await put(file_id, body);
      expect([answer.status, ((await answer.json()) as File).status]).toEqual([200, "complete"]);
    }
    expect(await stored(file_id)).toBe(await sha256Hex(bytes));
  });
});

describe("nothing is stored of a large file", () => {
  it("that is not what was announced: its length, its digest, its kind", async () => {
    const bytes = film();
    const other = film();
    other[SIZE - 1] = 1;
    const { file_id } = await announce(bytes);
    for (const [sent, detail] of [
      [
        other,
        `The SHA-256 of the bytes is ${await sha256Hex(other)}, announced was ${await sha256Hex(bytes)}.`,
      ],
      [film(SIZE - 1), `${SIZE} bytes were announced for "a.mp4", ${SIZE - 1} came.`],
      [new Uint8Array(SIZE), `The bytes of "a.mp4" are not video/mp4.`],
    ] as const) {
      const answer = await put(file_id, sent);
      const { code, detail: said } = await problemOf(answer);
      expect([answer.status, code, said]).toEqual([422, "file-mismatch", detail]);
      expect(await h.store.head(fileKey(file_id))).toMatchObject({
        size: 0,
        metadata: { status: "expected" },
      });
    }
    expect((await put("file_01J8ZQ5J3QK2N6S7T8V9W0X1Y2", bytes)).status).toBe(404);
  });

  it.each([
    [
      "is no file of a kind that is taken",
      new Uint8Array(SIZE),
      "application/octet-stream",
      415,
      "unsupported-media-type",
    ],
    ["is of another kind than it says", new Uint8Array(SIZE), "image/png", 422, "file-mismatch"],
  ])("that %s", async (_what, bytes, type, status, code) => {
    const before = await leftovers();
    const answer = await send(bytes, { "content-type": type });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([status, code]);
    expect(await leftovers()).toEqual(before);
  });

  it("that says itself that it is too large, before any of it has come", async () => {
    const before = await leftovers();
    const socket = await begin(new Uint8Array(), DEFAULTS.file_bytes + 1);
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    expect(await leftovers()).toEqual(before);
  });

  it("that turns out to be too large while it comes, and that is said in one sentence", async () => {
    const before = await leftovers();
    const answer = await send(streamed(film(DEFAULTS.file_bytes + 1)));
    const { code, detail } = await problemOf(answer);
    expect([answer.status, code, detail]).toEqual([
      413,
      "body-too-large",
      "The body may have 20971520 bytes.",
    ]);
    expect(await leftovers()).toEqual(before);
  });

  it("whose client is cut off", async () => {
    const before = await leftovers();
    const connections = async () =>
      ((await h.driver.redis.call("CLIENT", "LIST")) as string).split("\n").length;
    const open = await connections();
    const sockets = await Promise.all(Array.from({ length: 4 }, () => begin(film(SIZE - 1), SIZE)));
    for (const socket of sockets) socket.destroy();
    await until(async () => (await connections()) <= open);
    expect(await leftovers()).toEqual(before);
    expect((await send(PNG, { "content-type": "image/png" })).status).toBe(201);
  });

  // The last of the file: from here on nobody is served without a key.
  it("that is more than its key may bring on a day", async () => {
    const { key, as } = keyHarness(h);
    const { api_key } = await key("default", { limits: { upload_bytes_per_day: SIZE + 1 } });
    h.clock.pass(1000);
    const bring = () => as(api_key, "/v1/files", { method: "POST", body: film(), headers: FILM });
    expect((await bring()).status).toBe(201);
    const before = await leftovers();
    const answer = await bring();
    expect([answer.status, (await problemOf(answer)).code]).toEqual([429, "too-many-requests"]);
    expect(await leftovers()).toEqual(before);
  });
});

/** Sends less than it promises, and resolves when that is out. */
async function begin(bytes: Uint8Array, promised: number): Promise<Socket> {
  const { hostname, port } = new URL(address.url);
  const socket = connect(Number(port), hostname);
  const headers = { ...FILM, ...address.headers, host: `${hostname}:${port}`, "content-length": promised };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /v1/files HTTP/1.1\r\n${head.join("")}\r\n`);
  await new Promise((resolve) => socket.write(bytes, resolve));
  return socket;
}
