/** Every route of schemas/routes, asked without a key, with bad ones, with another owner's, and with the right one. */
import { steps } from "@myspinbot/contracts/steps.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import { ROUTES, type Operation } from "@myspinbot/contracts/routes.ts";
import type {
  DeadLetterPage,
  DeliveryPage,
  File,
  Graph,
  NewApiKey,
  RunToken,
  Webhook,
  WebhookList,
} from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { keyHarness, type KeyHarness } from "../../test/access-harness.ts";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { describeInProcess } from "../../test/runtime.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newId } from "../ids.ts";
import { runStep } from "../redis/scripts.ts";
import { ALL_SCOPES } from "./caller.ts";

/**
 * Whom a route serves. `owned`: to other owners what its address names is not there. `shared`: the same for everybody
 * with the scope, or the asker's own. `open`: nobody is asked for a key. A route without a row fails here.
 */
const SERVES: Record<Operation, "owned" | "shared" | "open"> = {
  getService: "open",
  getHealth: "open",
  getHealthShort: "open",
  getReadiness: "open",
  getOpenApi: "open",
  getMetrics: "shared",
  listExecutors: "shared",
  drainExecutor: "shared",
  undrainExecutor: "shared",
  probeExecutor: "shared",
  getOverview: "shared",
  listDeadLetters: "shared",
  getDeadLetter: "shared",
  redriveDeadLetter: "shared",
  listGraphs: "shared",
  getGraph: "shared",
  getCapabilities: "shared",
  createRun: "shared",
  listRuns: "shared",
  getRun: "owned",
  deleteRun: "owned",
  listArtifacts: "owned",
  followRun: "owned",
  listLogs: "owned",
  cancelRun: "owned",
  resumeRun: "owned",
  forkRun: "owned",
  listRunDeliveries: "owned",
  createRunToken: "owned",
  getArtifact: "owned",
  getArtifactContent: "owned",
  createFile: "shared",
  listFiles: "shared",
  putFileContent: "owned",
  completeFile: "owned",
  deleteFile: "owned",
  createWebhook: "shared",
  listWebhooks: "shared",
  getWebhook: "owned",
  deleteWebhook: "owned",
  enableWebhook: "owned",
  rotateWebhookSecret: "owned",
  listWebhookDeliveries: "owned",
  rotateRunWebhookSecret: "shared",
  getDelivery: "owned",
  redeliver: "owned",
  createKey: "shared",
  listKeys: "shared",
  revokeKey: "shared",
};

const GRAPH: Graph = { name: "one", nodes: [{ id: "a", type: "node_work", plane: "node" }], output: {} };
const JSON_TYPE = { "content-type": "application/json" };
/** Bodies that are taken; other routes need none. */
const BODIES: Partial<Record<Operation, RequestInit>> = {
  createRun: { headers: JSON_TYPE, body: JSON.stringify({ graph: GRAPH }) },
  forkRun: { headers: JSON_TYPE, body: JSON.stringify({ from_node: "a" }) },
  resumeRun: { headers: JSON_TYPE, body: JSON.stringify({ node_id: "a", decision: "accept" }) },
  createFile: { headers: { "content-type": "image/png" }, body: PNG },
  putFileContent: { headers: { "content-type": "image/png" }, body: PNG },
  createWebhook: { headers: JSON_TYPE, body: JSON.stringify({ url: "https://example.org/hook" }) },
  createKey: { headers: JSON_TYPE, body: JSON.stringify({ owner: "new", scopes: ["runs:read"] }) },
};

/** Ways to ask for what is somebody else's: a right of one's own beside it, conditions, ranges, other owners' names. */
const EVASIONS = (token: string, etag: string): [query: string, headers: Record<string, string>][] => [
  [`?token=${token}`, {}],
  [`?token=${token}&token=${token}`, {}],
  ["?owner=ann", { "x-owner": "ann", "x-forwarded-user": "ann" }],
  ["", { range: "bytes=0-0" }],
  ["", { "if-none-match": etag }],
  ["", { "if-none-match": "*" }],
  ["", { "if-match": etag, "if-range": etag, range: "bytes=1-" }],
  ["", { accept: "text/event-stream", "last-event-id": "0" }],
  ["", { "x-http-method-override": "GET", "x-original-url": "/v1/runs", "x-rewrite-url": "/v1/runs" }],
  ["", { forwarded: "for=127.0.0.1", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" }],
];

let store: S3Access;
let h: AppHarness;
let k: KeyHarness;
let ann: NewApiKey;
let bob: NewApiKey;
let ids: Record<string, string>;
const standing: Record<string, string> = { executor_id: "exec_test", name: "talking-avatar" };

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("matrix", { seaweed: store });
  k = keyHarness(h);
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", () => ({ outputs: {} }));
  [ann, bob] = [await k.key("ann"), await k.key("bob")];
  for (const [, make] of MAKERS) Object.assign(standing, await make());
});
afterAll(() => h.close());

/** A webhook of Ann's, and a delivery of it; those before it go, because an owner may have only some. */
async function webhookOf(): Promise<{ webhook_id: string; delivery_id: string }> {
  const as = (path: string, init?: RequestInit) => k.as(ann.api_key, path, init);
  const all = (await (await as("/v1/webhooks")).json()) as WebhookList;
  for (const { webhook_id } of all.webhooks) await as(`/v1/webhooks/${webhook_id}`, { method: "DELETE" });
  const made = await as("/v1/webhooks", { method: "POST", ...BODIES.createWebhook });
  const { webhook_id } = (await made.json()) as Webhook;
  const init = {
    method: "POST",
    headers: { ...JSON_TYPE, prefer: "wait=30" },
    body: JSON.stringify({ graph: GRAPH }),
  };
  const run = await runOf(await as("/v1/runs", init));
  const page = (await (await as(`/v1/runs/${run.run_id}/deliveries`)).json()) as DeliveryPage;
  return { webhook_id, delivery_id: page.deliveries[0]!.delivery_id };
}

/** What nobody could read; operators see those of all owners. */
async function deadLetter(): Promise<string> {
  const { redis, keys } = h.driver;
  const stream = keys.mail("s0");
  const entry = (await redis.xadd(stream, "*", "run", "r", "body", "{"))!;
  const letter = { shard: "s0", sourceStream: stream, group: GROUPS.drivers, entry, source: "mail" };
  await runStep(redis, steps.bury(keys, { ...letter, reason: "the body is not JSON", kept: 100 }));
  // Or the driver buries it, which reads its mail.
  return until(async () => {
    const page = (await (await k.as(ann.api_key, "/v1/dead-letters")).json()) as DeadLetterPage;
    return page.dead_letters[0]?.dead_letter_id;
  });
}

async function endedRun(): Promise<{ run_id: string }> {
  // Who is not heard of for half a minute is none.
  await h.announceAll();
  const body = JSON.stringify({ graph: GRAPH });
  const headers = { ...JSON_TYPE, prefer: "wait=30" };
  const { run_id } = await runOf(await k.as(ann.api_key, "/v1/runs", { method: "POST", headers, body }));
  return { run_id };
}

async function fileOf(): Promise<{ file_id: string }> {
  const made = await k.as(ann.api_key, "/v1/files", { method: "POST", ...BODIES.createFile });
  const { file_id } = (await made.json()) as File;
  return { file_id };
}

async function artifactOf(): Promise<{ run_id: string; artifact_id: string }> {
  const { run_id } = await endedRun();
  const artifact_id = newId("art", "s0");
  const sha256 = await sha256Hex(PNG);
  const key = `runs/${run_id}/task_s0_X/${sha256}/a.png`;
  await h.store.put(key, { bytes: PNG, mediaType: "image/png", sha256, metadata: {} });
  const row = { artifact_id, key, media_type: "image/png", size: PNG.length, sha256, name: "a", meta: {} };
  await h.driver.redis.hset(h.driver.keys.runArtifacts("s0", run_id), artifact_id, JSON.stringify(row));
  await h.driver.redis.set(h.driver.keys.artifact("s0", artifact_id), run_id);
  return { run_id, artifact_id };
}

/** Something of Ann's for the placeholders, by the addresses below which it is asked for. */
const MAKERS: readonly [address: string, make: () => Promise<Record<string, string>>][] = [
  ["/v1/runs", endedRun],
  ["/v1/artifacts", artifactOf],
  ["/v1/files", fileOf],
  ["/v1/keys", async () => ({ key_id: (await k.key("carl")).key.key_id })],
  ["/v1/webhooks", webhookOf],
  ["/v1/deliveries", webhookOf],
  ["/v1/dead-letters", async () => ({ dead_letter_id: await deadLetter() })],
];

/** A run and what the operation may take away are made anew for it; the rest has been there all the time. */
async function thingsFor(operation: Operation): Promise<Record<string, string>> {
  const { path } = ROUTES[operation];
  const makers = MAKERS.filter(([address]) => path === address || path.startsWith(`${address}/`));
  const made = { ...standing, ...(await endedRun()) };
  for (const [, make] of makers) Object.assign(made, await make());
  return made;
}

function addressOf(operation: Operation): string {
  return ROUTES[operation].path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (!ids[name]) throw new Error(`nothing is made here for {${name}}`);
    return ids[name];
  });
}

/** From elsewhere: a peer of this machine may read metrics. */
function ask(operation: Operation, headers: Record<string, string>, query = ""): Promise<Response> {
  const { headers: own, ...init } = BODIES[operation] ?? {};
  return h.stranger(`${addressOf(operation)}${query}`, {
    ...init,
    method: ROUTES[operation].method,
    headers: { ...(own as Record<string, string>), ...headers },
  });
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

async function expectRefused(response: Response, status: number, code: string): Promise<void> {
  const problem = await problemOf(response);
  expect([response.status, problem.code], JSON.stringify(problem)).toEqual([status, code]);
  expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
}

/** Let in; that a run has ended already or a secret was just rotated is another matter. */
function expectServed({ status }: Response, text: string): void {
  expect([401, 403, 404], text).not.toContain(status);
  expect(status, text).toBeLessThan(500);
}

const operations = Object.keys(ROUTES) as Operation[];
const asksForKey = operations.filter((operation) => ROUTES[operation].scope !== undefined);

it("knows every route, and each of /v1 asks for a key", () => {
  expect(Object.keys(SERVES).sort()).toEqual([...operations].sort());
  const open = operations.filter((operation) => SERVES[operation] === "open");
  expect(operations.filter((operation) => !asksForKey.includes(operation))).toEqual(open);
  expect(open.filter((operation) => ROUTES[operation].path.startsWith("/v1/"))).toEqual([]);
});

describe.each(asksForKey)("%s", (operation) => {
  beforeEach(async () => {
    ids = await thingsFor(operation);
  });

  it("is for nobody without a key that is valid", async () => {
    const revoked = await k.key("ann");
    await k.elsewhere.revoke(revoked.key.key_id);
    const over = await k.key("ann");
    await h.driver.redis.hset(h.driver.keys.apiKey("s0", over.key.key_id), "expires_at", "1");
    const wrong = `${ann.api_key.slice(0, -5)}AAAAA`;
    await expectRefused(await ask(operation, {}), 401, "unauthorized");
    for (const authorization of [
      ...["Bearer", "Bearer ", "Basic YTpi", "Bearer msb_x_y", ann.api_key, `Bearer ${ann.api_key} x`],
      ...[`Bearer ${wrong}`, `Bearer ${revoked.api_key}`, `Bearer ${over.api_key}`],
    ])
      await expectRefused(await ask(operation, { authorization }), 401, "unauthorized");
  });

  it("says which scope is missing", async () => {
    const scope = ROUTES[operation].scope!;
    const scopes = ALL_SCOPES.filter((other) => other !== scope);
    const { api_key } = await k.key("ann", { scopes });
    const response = await ask(operation, bearer(api_key));
    expect(response.headers.get("www-authenticate")).toContain(`scope="${scope}"`);
    await expectRefused(response, 403, "missing-scope");
  });

  it("serves the right key alone", async () => {
    const scopes = [ROUTES[operation].scope!];
    const { api_key } = await k.key("ann", { scopes });
    const foreign = await ask(operation, bearer(bob.api_key));
    if (SERVES[operation] === "owned") {
      expect([foreign.status, (await problemOf(foreign)).code]).toEqual([
        404,
        expect.stringMatching(/^(run|artifact|file|webhook|delivery)-not-found$/),
      ]);
    } else {
      const text = await foreign.text();
      expectServed(foreign, text);
      for (const name of ["run_id", "file_id", "artifact_id", "webhook_id"])
        expect(text).not.toContain(ids[name]);
    }
    // What the foreigner may have removed (a key) is made again.
    ids = await thingsFor(operation);
    const own = await ask(operation, bearer(api_key));
    expectServed(own, await own.text());
  });

  it("takes a run's token only where it says so, and for that run only", async () => {
    const made = await k.as(ann.api_key, `/v1/runs/${ids.run_id}/token`, { method: "POST" });
    const { token } = (await made.json()) as RunToken;
    const response = await ask(operation, {}, `?token=${token}`);
    if (ROUTES[operation].runToken) {
      expect(response.status, await response.clone().text()).toBeLessThan(300);
      await response.body?.cancel();
      ids = await thingsFor(operation);
      const other = await ask(operation, {}, `?token=${token}`);
      expect(other.status, await other.text()).toBe(404);
    } else {
      await expectRefused(response, 401, "unauthorized");
    }
  });
});

describeInProcess("others").each(asksForKey.filter((operation) => SERVES[operation] === "owned"))(
  "%s",
  (operation) => {
    beforeEach(async () => {
      ids = await thingsFor(operation);
    });

    it("is no way around its owner, however it is asked", async () => {
      const own = await k.as(bob.api_key, "/v1/runs", { method: "POST", ...BODIES.createRun });
      const bobs = await runOf(own);
      const made = await k.as(bob.api_key, `/v1/runs/${bobs.run_id}/token`, { method: "POST" });
      const { token } = (await made.json()) as RunToken;
      const seen = await ask(operation, bearer(ann.api_key));
      const etag = seen.headers.get("etag") ?? "*";
      await seen.body?.cancel();
      ids = await thingsFor(operation);
      for (const [query, headers] of EVASIONS(token, etag)) {
        const asked = await ask(operation, { ...headers, ...bearer(bob.api_key) }, query);
        const text = await asked.text();
        expect(asked.status, `${query} ${JSON.stringify(headers)} ${text}`).toBe(404);
        expect(asked.headers.get("etag"), text).toBeNull();
      }
      for (const [what, status] of [
        ["token", [401, 404]],
        ["key", [404]],
      ] as const) {
        // The address in other letters.
        const encoded = addressOf(operation).replace(/_/g, "%5F").replace(/1/g, "%31");
        const more = what === "token" ? `?token=${token}` : "";
        const init = { method: ROUTES[operation].method, ...BODIES[operation] };
        const answer = await h.stranger(`${encoded}${more}`, {
          ...init,
          headers: { ...(init.headers as object), ...(what === "key" ? bearer(bob.api_key) : {}) },
        });
        expect(status, await answer.text()).toContain(answer.status);
      }
      if (ROUTES[operation].method !== "GET") return;
      const answer = await h.stranger(addressOf(operation), { method: "HEAD", headers: bearer(bob.api_key) });
      expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([404, null, ""]);
    });
  },
);

describe("an address without a route", () => {
  it.each(["/v1/nope", "/v1/runs/x/nope", "/v1/keys/x/y"])("%s asks for a key first", async (path) => {
    await expectRefused(await h.stranger(path), 401, "unauthorized");
    expect((await k.as(ann.api_key, path)).status).toBe(404);
  });

  it("is 405 for another method only to who has a key", async () => {
    await expectRefused(await h.stranger("/v1/runs", { method: "PATCH" }), 401, "unauthorized");
    expect((await k.as(ann.api_key, "/v1/runs", { method: "PATCH" })).status).toBe(405);
  });
});
