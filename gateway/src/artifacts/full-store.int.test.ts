/** What is said of a store whose disk is full: by whoever gives it bytes, and by the readiness. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";

let server: Server;
let store: ObjectStore;
let elapsed = 0;
let failures = 0;
/** What it answers to bytes. */
let answer: { status: number; code?: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().once("end", () => {
      const { status, code } = request.method === "PUT" ? answer : { status: 200 };
      response.writeHead(status).end(code ? `<Error><Code>${code}</Code></Error>` : "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  store = createObjectStore({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: "us-east-1", bucket: "films", accessKey: "a", secretKey: "b" },
    clock: { ...systemClock, elapsed: () => elapsed },
    onFailure: () => (failures += 1),
  });
});
afterAll(() => server.close());

const put = (): Promise<void> =>
  store.put("runs/r/n/a", {
    bytes: new Uint8Array(1),
    mediaType: "text/plain",
    sha256: "UNSIGNED-PAYLOAD",
    metadata: {},
  });

it.each([
  [500, "InternalError"],
  [507, "XMinioStorageFull"],
])("names the disk where it answers %i (%s), until it keeps bytes again", async (status, code) => {
  const detail = `The object store answered ${status} (${code}) to bytes that it should keep; perhaps its disk is full; try again.`;
  answer = { status, code };
  await expect(put()).rejects.toMatchObject({ code: "store-unavailable", detail });
  await expect(store.ensureBucket()).rejects.toMatchObject({ detail });
  answer = { status: 200 };
  await put();
  await store.ensureBucket();
});

it("counts as full for a while only: nobody can ask it", async () => {
  answer = { status: 500, code: "InternalError" };
  await expect(put()).rejects.toThrow();
  elapsed += 29_999;
  await expect(store.ensureBucket()).rejects.toThrow("disk is full");
  elapsed += 1;
  await store.ensureBucket();
});

it("does not count as full where it is only busy", async () => {
  answer = { status: 503, code: "SlowDown" };
  const before = failures;
  await expect(put()).rejects.toMatchObject({
    detail: "The object store answered 503 (SlowDown); try again.",
  });
  await store.ensureBucket();
  // Who counts has heard of the one that failed.
  expect(failures - before).toBe(1);
});
