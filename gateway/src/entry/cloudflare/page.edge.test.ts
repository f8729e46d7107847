/** The page for people at the Worker, in its runtime: which answers are files, the page, or the API's. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@myspinbot/contracts/types.ts";
import { startEdge, type EdgeServer } from "@myspinbot/services/edge.ts";
import { afterAll, beforeAll, expect, inject, it } from "vitest";

const BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";
/** What no request of these needs. */
const NOTHING_BEHIND = {
  redisUrl: "redis://127.0.0.1:9",
  s3: { endpoint: "http://127.0.0.1:9", region: "x", bucket: "none", accessKey: "x", secretKey: "x" },
};

const dir = mkdtempSync(join(tmpdir(), "edge-page-"));
let edge: EdgeServer;

beforeAll(async () => {
  const assets = join(dir, "files");
  mkdirSync(join(assets, "_app/immutable"), { recursive: true });
  for (const [name, text] of Object.entries({
    "200.html": "<h1>page</h1>",
    "_app/immutable/a.js": "1;",
    "mark.svg": "<svg/>",
    ".stamp": "hidden",
    "notes.txt": "hidden",
  }))
    writeFileSync(join(assets, name), text);
  edge = await startEdge({ dir: join(dir, "edge"), bundle: inject("edgeBundle"), assets, ...NOTHING_BEHIND });
});
afterAll(async () => {
  await edge.stop();
  rmSync(dir, { recursive: true, force: true });
});

const ask = (path: string, accept: string, method = "GET"): Promise<Response> =>
  fetch(edge.url + path, { method, headers: { accept } });

it.each([
  ["/", BROWSER, 200, "text/html; charset=utf-8"],
  ["/", "*/*", 200, "application/json"],
  ["/", "application/json", 200, "application/json"],
  ["/make/best-take", BROWSER, 200, "text/html; charset=utf-8"],
  ["/make/best-take", "*/*", 404, "application/problem+json"],
  ["/mark.svg", "*/*", 200, "image/svg+xml"],
  ["/_app/immutable/a.js", "*/*", 200, "text/javascript; charset=utf-8"],
  ["/_app/immutable/gone.js", "*/*", 404, "application/problem+json"],
  ["/_app/immutable/gone.js", BROWSER, 404, "application/problem+json"],
  ["/gone.css", BROWSER, 404, "application/problem+json"],
  ["/_app", "*/*", 404, "application/problem+json"],
  ["/.stamp", "*/*", 404, "application/problem+json"],
  ["/notes.txt", "*/*", 404, "application/problem+json"],
  ["/mark.svg%2f..%2f.stamp", "*/*", 404, "application/problem+json"],
  ["/v1/runs", BROWSER, 401, "application/problem+json"],
  ["/healthz", BROWSER, 200, "application/json"],
])("%s for %s is answered with %i and %s", async (path, accept, status, type) => {
  const answer = await ask(path, accept);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([status, type]);
  expect(await answer.text()).not.toContain("hidden");
});

it("is kept as long as its name allows, and cannot be framed", async () => {
  const script = await ask("/_app/immutable/a.js", "*/*");
  expect([script.headers.get("cache-control"), await script.text()]).toEqual([
    "public, max-age=31536000, immutable",
    "1;",
  ]);
  const page = await ask("/runs", BROWSER);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("vary")).toContain("Accept");
  expect(page.headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
  expect(await page.text()).toBe("<h1>page</h1>");
});

it("is read only", async () => {
  const head = await ask("/", BROWSER, "HEAD");
  expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([
    200,
    "text/html; charset=utf-8",
    "",
  ]);
  expect((await ask("/", BROWSER, "POST")).status).toBe(405);
});

it("is said to be missing to a browser where its files were not deployed, and to nobody else", async () => {
  const without = ["ASSETS"] as const;
  const bare = await startEdge({
    dir: join(dir, "bare"),
    bundle: inject("edgeBundle"),
    without,
    ...NOTHING_BEHIND,
  });
  try {
    const found = await Promise.all(
      [
        ["/", BROWSER],
        ["/runs", BROWSER],
        ["/", "*/*"],
        ["/mark.svg", "*/*"],
      ].map(async ([path, accept]) => {
        const answer = await fetch(bare.url + path, { headers: { accept: accept! } });
        return [answer.status, ((await answer.json()) as Problem).detail];
      }),
    );
    const missing = [503, "The page for people is not here: the binding ASSETS is missing."];
    expect(found).toEqual([missing, missing, [200, undefined], [404, "There is nothing at /mark.svg."]]);
    expect(readFileSync(bare.log, "utf8")).toContain("the binding ASSETS is missing");
  } finally {
    await bare.stop();
  }
});

it("is the one that was built, where nothing else is said", async () => {
  const { assets } = inject("edgeBundle");
  const built = await startEdge({ dir: join(dir, "built"), bundle: inject("edgeBundle"), ...NOTHING_BEHIND });
  try {
    expect(assets).toMatch(/ui.build$/);
    const page = await (await fetch(built.url, { headers: { accept: BROWSER } })).text();
    const [script = ""] = /\/_app\/immutable\/[\w./-]+\.js/.exec(page) ?? [];
    const answer = await fetch(built.url + script);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/javascript; charset=utf-8",
    ]);
  } finally {
    await built.stop();
  }
});
