/** API keys over a real Redis: made, used, revoked; what is served before there are any; what is told to whom. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import type { ApiKeyPage, Graph, NewApiKey, RunToken } from "@myspinbot/contracts/types.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyHarness, type KeyHarness } from "../../test/access-harness.ts";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { describeInProcess, itInProcess } from "../../test/runtime.ts";
import { until } from "../../test/until.ts";
import { loadScripts } from "../redis/scripts.ts";
import { createApiKeys } from "./api-keys.ts";
import { createKnownKeys } from "./known-keys.ts";

const GRAPH: Graph = { name: "one", nodes: [{ id: "a", type: "node_work", plane: "node" }], output: {} };
const FILE = { name: "a.png", media_type: "image/png", size: PNG.length, sha256: "0".repeat(64) };
const PUBLIC = "https://jobs.example.org";
const PAGE = "https://page.example.com";

let h: AppHarness;
let k: KeyHarness;
let count = 0;

async function start(access: { required?: boolean; publicUrl?: URL } = {}): Promise<void> {
  const settings = { required: false, allowedOrigins: new Set([PAGE]), ...access };
  h = await createAppHarness(`keys${(count += 1)}`, { deps: { access: settings } });
  k = keyHarness(h);
  await h.announceAll();
}
beforeEach(() => start());
afterEach(() => h.close());

const submit = (text: string) =>
  k.as(text, "/v1/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ graph: GRAPH }),
  });
const peer = (address: string, path: string, headers: Record<string, string> = {}) =>
  h.app.fetch(new Request(new URL(path, "http://localhost"), { headers }), { peer: address });

describeInProcess("keyless")("a gateway without keys", () => {
  it("serves its own machine as before, and nobody from the first key on", async () => {
    expect((await h.request("/v1/runs")).status).toBe(200);
    const { api_key } = await k.key("ann");
    h.clock.pass(1000);
    expect((await h.request("/v1/runs")).status).toBe(401);
    expect((await k.as(api_key, "/v1/runs")).status).toBe(200);
    expect((await h.request("/healthz")).status).toBe(200);
  });

  it("does not open again with the last key", async () => {
    const { key } = await k.key("ann");
    await k.elsewhere.revoke(key.key_id);
    h.clock.pass(1000);
    expect((await h.request("/v1/runs")).status).toBe(401);
  });

  it("gives no keys away: the first one is made in Redis", async () => {
    const body = { owner: "ann", scopes: ["operate"] };
    expect((await problemOf(await h.post("/v1/keys", body))).detail).toContain("npm run keys");
    expect((await h.request("/v1/keys")).status).toBe(401);
    expect(await h.driver.redis.keys("*:key*")).toEqual([]);
  });

  it("that requires them serves nobody, and no other host either", async () => {
    await h.close();
    await start({ required: true });
    expect((await h.request("/v1/graphs")).status).toBe(401);
    expect((await problemOf(await h.request("/", { headers: { host: "evil.example" } }))).code).toBe(
      "foreign-origin",
    );
    expect((await h.request("/", { headers: { host: "192.0.2.1:8787" } })).status).toBe(200);
  });

  it("does not serve its public name before there are keys", async () => {
    await h.close();
    await start({ publicUrl: new URL(PUBLIC) });
    const headers = { host: "jobs.example.org" };
    expect((await problemOf(await h.request("/v1/runs", { headers }))).code).toBe("not-local");
    const { api_key } = await k.key("ann");
    h.clock.pass(1000);
    expect((await h.request("/v1/runs", { headers })).status).toBe(401);
    expect((await k.as(api_key, "/v1/runs", { headers })).status).toBe(200);
  });
});

describe("a key", () => {
  it("is made, listed and revoked over HTTP, and its text is nowhere in Redis", async () => {
    const boss = await k.key("boss", { scopes: ["operate"] });
    const limits = { runs_per_minute: 5 };
    const made = await k.as(boss.api_key, "/v1/keys", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ owner: "ann", name: "laptop", scopes: ["runs:read"], limits }),
    });
    expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
    const { api_key, key } = (await made.json()) as NewApiKey;
    const all = async () => ((await (await k.as(boss.api_key, "/v1/keys")).json()) as ApiKeyPage).keys;
    const list = async () => (await all()).filter(({ owner }) => owner !== "default");
    expect((await list()).map(({ key_id }) => key_id)).toEqual([key.key_id, boss.key.key_id]);
    expect((await list())[0]).toEqual(key);
    expect(key).toMatchObject({ owner: "ann", name: "laptop", scopes: ["runs:read"], limits });
    expect((await k.as(api_key, "/v1/runs")).status).toBe(200);
    expect((await list())[0]!.last_used_at).toMatch(/:00\.000Z$/);
    for (const name of await h.driver.redis.keys("*")) {
      const dump = await h.driver.redis.dumpBuffer(name);
      expect(dump.includes(api_key.slice(-20))).toBe(false);
    }
    expect((await k.as(boss.api_key, `/v1/keys/${key.key_id}`, { method: "DELETE" })).status).toBe(204);
    expect((await k.as(api_key, "/v1/runs")).status).toBe(401);
    const again = await k.as(boss.api_key, `/v1/keys/${key.key_id}`, { method: "DELETE" });
    expect((await problemOf(again)).code).toBe("key-not-found");
    expect(await h.driver.redis.keys(`*${key.key_id}*`)).toEqual([]);
  });

  itInProcess("clock")(
    "that is revoked elsewhere is refused within five seconds, and so is what was unknown",
    async () => {
      const { api_key, key } = await k.key("ann");
      expect((await k.as(api_key, "/v1/runs")).status).toBe(200);
      await k.elsewhere.revoke(key.key_id);
      h.clock.pass(5000);
      expect((await k.as(api_key, "/v1/runs")).status).toBe(401);
    },
  );

  itInProcess("client")("costs a question to Redis every few seconds only", async () => {
    const { api_key } = await k.key("ann");
    const known = createKnownKeys();
    const asked: string[] = [];
    const redis = new Proxy(h.driver.redis, {
      get(target, name) {
        if (name === "evalsha" || name === "eval") asked.push(name);
        return Reflect.get(target, name) as unknown;
      },
    });
    const apiKeys = createApiKeys({ redis, keys: h.driver.keys, shard: "s0", clock: h.clock, known });
    const id = api_key.slice(4, 30);
    await loadScripts(h.driver.redis);
    for (let i = 0; i < 20; i += 1) await apiKeys.find(id);
    for (let i = 0; i < 20; i += 1) await apiKeys.find("01M825PKC72TAV63HHBZ5GR8JT");
    expect(asked).toEqual(["evalsha", "evalsha"]);
    for (let i = 0; i < 1500; i += 1) await apiKeys.find(`01M825PKC72TAV63HHBZ${String(i).padStart(6, "0")}`);
    expect(known.missing.size).toBe(1000);
    expect(known.rows.size).toBe(1);
  });

  itInProcess("clock")("is over at its time, also for who has just asked", async () => {
    const { api_key } = await k.key("ann", { expires_at: new Date(h.clock.now() + 2000).toISOString() });
    expect((await k.as(api_key, "/v1/runs")).status).toBe(200);
    h.clock.pass(2001);
    expect((await k.as(api_key, "/v1/runs")).status).toBe(401);
  });

  it("that is sent in another way than a key is, is told how", async () => {
    const { api_key } = await k.key("ann");
    const told = async (authorization: string): Promise<string> =>
      (await problemOf(await h.request("/v1/runs", { headers: { authorization } }))).detail;
    const needed = "A key is needed: Authorization: Bearer msb_<id>_<secret>.";
    for (const text of [api_key, `Basic ${btoa(`ann:${api_key}`)}`, "Bearer", `Token ${api_key}`])
      expect([text, await told(text)]).toEqual([text, needed]);
    const malformed = "What was sent is no key: it is as in msb_<id>_<secret>, 74 letters.";
    for (const text of ["x", api_key.slice(0, -1), `${api_key}x`, api_key.toLowerCase(), `"${api_key}"`])
      expect([text, await told(`Bearer ${text}`)]).toEqual([text, malformed]);
    expect(await told(`Bearer ${api_key.slice(0, -5)}AAAAA`)).toContain("is wrong, over, or was revoked");
  });

  it.each([
    [{ owner: "a", scopes: ["operate"], expires_at: "2020-01-01T00:00:00.000Z" }, "/expires_at"],
    [{ owner: "a", scopes: ["operate"], expires_at: "2030-13-01T00:00:00.000Z" }, "/expires_at"],
    [{ owner: "a:b", scopes: ["operate"] }, "/owner"],
    [{ owner: "a", scopes: ["all"] }, "/scopes/0"],
    [{ owner: "a", scopes: [] }, "/scopes"],
  ])("is not made of %j", async (body, pointer) => {
    const { api_key } = await k.key("boss");
    const response = await k.as(api_key, "/v1/keys", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([response.status, (await problemOf(response)).errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});

describeInProcess("log")("secrets", () => {
  it("of keys and tokens are in no log, no problem and no address", async () => {
    const { api_key } = await k.key("ann");
    const run = await runOf(await submit(api_key));
    const made = await k.as(api_key, `${run.urls.self}/token`, { method: "POST" });
    const { token } = (await made.json()) as RunToken;
    const said: string[] = [];
    for (const path of ["", "/events", "/artifacts", "/logs", "/token"])
      for (const text of [token, `${token}x`]) {
        const response = await h.request(`${run.urls.self}${path}?token=${text}`);
        said.push(await response.text(), JSON.stringify([...response.headers]));
      }
    for (const text of [api_key, `${api_key.slice(0, -1)}x`, `${api_key}x`]) {
      const response = await k.as(text, "/v1/runs/x");
      said.push(await response.text(), JSON.stringify([...response.headers]));
    }
    // By mistake in a path: what is asked is told its own words, and nobody else.
    for (const text of [api_key, token]) await k.as(api_key, `/v1/keys/${text}`, { method: "DELETE" });
    for (const text of [api_key, token]) await h.request(`/v1/${text}/x`);
    const everything = said.join("\n") + JSON.stringify(h.lines);
    expect(h.lines.length).toBeGreaterThan(10);
    for (const secret of [api_key.slice(-43, -1), token.slice(-43)]) expect(everything).not.toContain(secret);
  });
});

describeInProcess("clock")("a run's token", () => {
  it("dies with its key, in minutes, and at other runs", async () => {
    const { api_key, key } = await k.key("ann");
    const [run, other] = [await runOf(await submit(api_key)), await runOf(await submit(api_key))];
    const token = async () =>
      ((await (await k.as(api_key, `${run.urls.self}/token`, { method: "POST" })).json()) as RunToken).token;
    const first = await token();
    const read = (text: string, url = run.urls.self) => h.request(`${url}?token=${text}`);
    expect((await read(first)).status).toBe(200);
    expect((await read(first)).headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect((await read(first, other.urls.self)).status).toBe(404);
    const forged = first.replace(run.run_id, other.run_id);
    expect((await read(forged, other.urls.self)).status).toBe(401);
    expect((await read(first.replace(/\.\d+\./, ".9999999999999."))).status).toBe(401);
    h.clock.pass(900_001);
    expect((await read(first)).status).toBe(401);
    const second = await token();
    expect((await read(second)).status).toBe(200);
    await k.elsewhere.revoke(key.key_id);
    h.clock.pass(5000);
    expect((await read(second)).status).toBe(401);
  });

  it("that was made before there were keys is worth nothing afterwards", async () => {
    const run = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
    const made = await h.request(`${run.urls.self}/token`, { method: "POST" });
    const { token } = (await made.json()) as RunToken;
    expect((await h.request(`${run.urls.self}?token=${token}`)).status).toBe(200);
    await k.key("default");
    h.clock.pass(1000);
    expect((await h.request(`${run.urls.self}?token=${token}`)).status).toBe(401);
  });

  it("ends a stream that is open when its key is revoked", async () => {
    const { api_key, key } = await k.key("ann");
    const run = await runOf(await submit(api_key));
    const made = await k.as(api_key, `${run.urls.self}/token`, { method: "POST" });
    const { token } = (await made.json()) as RunToken;
    const headers = { accept: "text/event-stream" };
    const stream = await h.request(`${run.urls.events}?after=0&token=${token}`, { headers });
    const text = stream.text();
    await k.elsewhere.revoke(key.key_id);
    const passing = setInterval(() => h.clock.pass(1500), 20);
    expect(await text).toContain("run.queued");
    clearInterval(passing);
  });
});

describeInProcess("clock")("a key that is revoked while it is asked with", () => {
  const post = (text: string, path: string, prefer = "") =>
    k.as(text, path, {
      method: "POST",
      headers: { "content-type": "application/json", prefer },
      body: JSON.stringify({ graph: GRAPH }),
    });

  /** Less than what is waited for, and more than a revoked key is believed. */
  function passing(): NodeJS.Timeout {
    let turns = 30;
    const timer = setInterval(() => (turns-- > 0 ? h.clock.pass(1500) : clearInterval(timer)), 20);
    return timer;
  }

  it("is told nothing of what it waits for", async () => {
    const { api_key, key } = await k.key("ann");
    const other = await runOf(await submit(api_key));
    const asked = [
      post(api_key, "/v1/runs", "wait=60"),
      post(api_key, `${other.urls.cancel}?wait=60`),
      post(api_key, "/v1/executors/exec_test/probe?wait=60"),
    ];
    const { redis, keys } = h.driver;
    await until(async () => (await redis.zcard(keys.runs("s0"))) === 2);
    await until(async () => (await redis.hget(keys.run("s0", other.run_id), "status")) === "canceling");
    await until(() => redis.hget(keys.poolExecutors("s0", "default"), "probe:exec_test"));
    await k.elsewhere.revoke(key.key_id);
    const timer = passing();
    const [made, canceled, probed] = await Promise.all(asked);
    clearInterval(timer);
    expect([made!.status, (await runOf(made!)).status]).toEqual([202, "queued"]);
    expect([canceled!.status, (await runOf(canceled!)).status]).toEqual([202, "canceling"]);
    expect([probed!.status, (await problemOf(probed!)).code]).toEqual([401, "unauthorized"]);
  });

  it.each([
    ["POST", "/v1/runs", "application/json", JSON.stringify({ graph: GRAPH })],
    ["POST", "/v1/webhooks", "application/json", JSON.stringify({ url: "https://example.org/" })],
    ["POST", "/v1/files", "application/json", JSON.stringify(FILE)],
    ["POST", "/v1/files", "image/png", Buffer.from(PNG)],
  ])("does nothing any more with a body that was slow (%s %s %s)", async (method, path, type, body) => {
    const { api_key, key } = await k.key("ann");
    const { url } = await h.listen();
    const headers = { authorization: `Bearer ${api_key}`, "content-type": type };
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const asking = request(`${url}${path}`, { method, headers: { ...headers, ...length } });
    asking.write(body.slice(0, 5));
    const used = async () => (await k.elsewhere.list({ limit: 10 })).keys.find((each) => each.last_used_at);
    await until(used);
    await k.elsewhere.revoke(key.key_id);
    h.clock.pass(5000);
    asking.end(body.slice(5));
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(401);
    const left = await h.driver.redis.keys("*");
    expect(left.filter((name) => /:(runs|hooks:.*|files:.*)$/.test(name))).toEqual([]);
  });
});

describe("pages of other origins", () => {
  const preflight = (origin: string) =>
    h.request("/v1/runs", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

  it("that are allowed may ask, and read what they are told", async () => {
    const { api_key } = await k.key("ann");
    const before = await preflight(PAGE);
    expect([before.status, before.headers.get("access-control-allow-origin")]).toEqual([204, PAGE]);
    expect(before.headers.get("access-control-allow-headers")).toContain("Authorization");
    const headers = { origin: PAGE, "sec-fetch-site": "cross-site", "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify({ graph: GRAPH }) };
    const response = await k.as(api_key, "/v1/runs", init);
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([202, PAGE]);
    const refused = await h.stranger("/v1/runs", { headers: { origin: PAGE } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, PAGE]);
    expect(refused.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it.each(["https://evil.example", "http://page.example.com", `${PAGE}:444`, "null"])(
    "of %s may not, reading neither",
    async (origin) => {
      const { api_key } = await k.key("ann");
      const before = await preflight(origin);
      expect(before.headers.get("access-control-allow-origin")).toBeNull();
      expect([before.status, (await problemOf(before)).detail]).toEqual([
        403,
        expect.stringContaining("GATEWAY_ALLOWED_ORIGINS names those that may"),
      ]);
      const response = await k.as(api_key, "/v1/runs", { headers: { origin } });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    },
  );
});

describeInProcess("host")("a page of the public address", () => {
  it.each(["jobs.example.org", "localhost:8787", "127.0.0.1"])(
    "is our own, whatever Host a proxy before us asks with (%s)",
    async (host) => {
      await h.close();
      await start({ publicUrl: new URL(PUBLIC) });
      const { api_key } = await k.key("ann");
      const asked = (origin: string) =>
        k.as(api_key, "/v1/runs", {
          method: "POST",
          headers: { origin, host, "content-type": "application/json" },
          body: JSON.stringify({ graph: GRAPH }),
        });
      expect((await asked(PUBLIC)).status).toBe(202);
      for (const origin of ["http://jobs.example.org", `${PUBLIC}:444`, "https://evil.jobs.example.org"])
        expect([origin, (await asked(origin)).status]).toEqual([origin, 403]);
    },
  );
});

describeInProcess("host")("what is inside", () => {
  it("is shown to this machine and to operators, not to a proxy's clients", async () => {
    const { api_key } = await k.key("boss", { scopes: ["operate"] });
    const other = await k.key("ann", { scopes: ["runs:read", "runs:write"] });
    h.clock.pass(1000);
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    expect((await peer("127.0.0.1", "/metrics")).status).toBe(200);
    expect((await peer("::ffff:127.0.0.1", "/metrics")).status).toBe(200);
    expect((await peer("192.0.2.7", "/metrics")).status).toBe(401);
    expect((await peer("127.0.0.1", "/metrics", { "x-forwarded-for": "192.0.2.7" })).status).toBe(401);
    expect((await peer("192.0.2.7", "/metrics", bearer(other.api_key))).status).toBe(403);
    expect((await peer("192.0.2.7", "/metrics", bearer(api_key))).status).toBe(200);
    // The harness has no store, so that something is wrong.
    const detail = async (address: string, headers = {}) =>
      (await problemOf(await peer(address, "/readyz", headers))).detail;
    expect(await detail("127.0.0.1")).toContain("store:");
    expect(await detail("192.0.2.7", bearer(api_key))).toContain("store:");
    expect(await detail("192.0.2.7")).toBe("Not everything is there that is needed.");
    expect(await detail("192.0.2.7", bearer(other.api_key))).toBe("Not everything is there that is needed.");
  });
});
