/** Deleting what lies under a prefix: odd names in a real store, and stores that say what is not so. */
import { AwsClient } from "aws4fetch";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";

let real: S3Access;
let store: ObjectStore;
let client: AwsClient;

beforeAll(async () => {
  real = await freshBucket(inject("store"));
  store = createObjectStore({ ...real, clock: systemClock });
  const { accessKey, secretKey, region } = real;
  client = new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, region, service: "s3" });
});

const urlOf = (path: string) => `${real.endpoint}/${real.bucket}/${path}`;

async function listed(prefix: string): Promise<string> {
  return (await client.fetch(urlOf(`?list-type=2&prefix=${encodeURIComponent(prefix)}`))).text();
}

describe("in a real store", () => {
  it.each(["a?b", "a#b", "a%2fb", "a%b", "a b", "a+b", "a&b", "<a>", "'a\"b", "é", "a;b=c", "~a!*()"])(
    "an object called %j goes",
    async (name) => {
      const run = `runs/odd-${Buffer.from(name).toString("hex")}/`;
      const put = await client.fetch(urlOf(`${run}${encodeURIComponent(name)}`), {
        method: "PUT",
        body: "x",
      });
      expect(put.ok).toBe(true);
      expect(await listed(run)).toContain("<Key>");
      await store.deletePrefix(run);
      expect(await listed(run)).not.toContain("<Key>");
    },
  );
});

describe("a store that", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Answers where `listener` listens, and what was deleted. */
  async function fake(list: (query: URLSearchParams) => string | { location: string } | undefined): Promise<{
    store: ObjectStore;
    deleted: string[];
  }> {
    const deleted: string[] = [];
    const listener: RequestListener = (request, response) => {
      const url = new URL(request.url ?? "", "http://store");
      if (request.method === "DELETE") {
        deleted.push(decodeURIComponent(url.pathname));
        response.writeHead(204).end();
        return;
      }
      const body = list(url.searchParams);
      if (typeof body === "object") response.writeHead(307, body).end();
      else if (body === undefined) response.writeHead(200).write("<ListBucketResult>");
      else response.end(body);
    };
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const options = { ...real, endpoint: `http://127.0.0.1:${port}` };
    return { store: createObjectStore({ ...options, clock: systemClock }), deleted };
  }

  const page = (keys: string[], next?: string) =>
    `<L>${keys.map((key) => `<Key>${key}</Key>`).join("")}${
      next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`
    }</L>`;

  it("lists what lies outside the prefix loses nothing", async () => {
    const { store, deleted } = await fake(() =>
      page(["runs/other/film.mp4", "../other-bucket/x", "runs/r/../other/film.mp4", "/etc/passwd"], "more"),
    );
    await store.deletePrefix("runs/r/");
    expect(deleted).toEqual([]);
  });

  it("keeps listing what was deleted is left after one more look", async () => {
    const { store, deleted } = await fake(() => page(["runs/r/a", "runs/r/b"]));
    await expect(store.deletePrefix("runs/r/")).rejects.toMatchObject({ code: "store-unavailable" });
    expect(deleted).toHaveLength(2);
  });

  it("lists without an end is left when the time is over", async () => {
    let n = 0;
    const { store } = await fake(() => page([`runs/r/${(n += 1)}`], String(n)));
    const deleting = store.deletePrefix("runs/r/", AbortSignal.timeout(100));
    await expect(deleting).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("falls silent inside its answer is left when the time is over", async () => {
    const { store } = await fake(() => undefined);
    const deleting = store.deletePrefix("runs/r/", AbortSignal.timeout(100));
    await expect(deleting).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("sends us elsewhere is not followed", async () => {
    let followed = 0;
    const canary = createServer((_, response) => {
      followed += 1;
      response.end(page([]));
    });
    await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
    const { port } = canary.address() as AddressInfo;
    try {
      const { store } = await fake(() => ({ location: `http://127.0.0.1:${port}/` }));
      await expect(store.deletePrefix("runs/r/")).rejects.toMatchObject({ code: "store-unavailable" });
      await expect(store.get("runs/r/a")).rejects.toMatchObject({ code: "store-unavailable" });
      expect(followed).toBe(0);
    } finally {
      canary.close();
    }
  });

  it("escapes the names of its listing is understood", async () => {
    const { store, deleted } = await fake((query) =>
      page(
        query.get("continuation-token") === "2" || deleted.length > 0 ? [] : ["runs/r/a&amp;b&#38;c&#x26;d"],
        "2",
      ),
    );
    await store.deletePrefix("runs/r/");
    expect(deleted.map((path) => path.slice(path.indexOf("runs/")))).toEqual(["runs/r/a&b&c&d"]);
  });
});
