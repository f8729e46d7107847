/** Webhooks from a run's event to the receiver's answer, over real servers. */
import type {
  Delivery,
  Webhook,
  WebhookList,
  WebhookPayload,
  WebhookSecret,
} from "@myspinbot/contracts/types.ts";
import {
  validateDelivery,
  validateWebhook,
  validateWebhookPayload,
} from "@myspinbot/contracts/validators.js";
import { steps } from "@myspinbot/contracts/steps.ts";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { problemOf } from "../../../test/app-harness.ts";
import type { Got } from "../../../test/receiver.ts";
import { until } from "../../../test/until.ts";
import { runStep } from "../../redis/scripts.ts";
import { createWebhookHarness, type WebhookHarness } from "../../../test/webhook-harness.ts";

let h: WebhookHarness;
beforeAll(async () => {
  h = await createWebhookHarness("hooks");
});
afterAll(() => h.close());
beforeEach(() => {
  h.receiver.got.length = 0;
  h.receiver.answer((response) => response.writeHead(204).end());
});

let owners = 0;
/** Nobody else's webhooks hear of what this one does. */
const someone = (): Record<string, string> => ({ "x-owner": `owner${(owners += 1)}` });

const createHook = async (owner: Record<string, string>, more: object = {}): Promise<Required<Webhook>> => {
  const response = await h.post("/v1/webhooks", { url: `${h.receiver.url}/hook`, ...more }, owner);
  expect(response.status).toBe(201);
  return (await response.json()) as Required<Webhook>;
};
const rotate = (owner: Record<string, string>, path: string): Promise<Response> =>
  h.request(path, { method: "POST", headers: owner });
const arrived = (count: number): Promise<Got[]> =>
  until(async () => (h.receiver.got.length >= count ? h.receiver.got : undefined));
const verified = (secret: string, { body, headers }: Got): WebhookPayload =>
  new Verifier(secret).verify(body, headers) as WebhookPayload;

describe("a run's own webhook", () => {
  it("is told the end: thin, signed with its owner's secret, with these headers and no others", async () => {
    const owner = someone();
    const { secret } = (await (await rotate(owner, "/v1/webhook-secret/rotate")).json()) as WebhookSecret;
    const run = await h.ended({ webhook: { url: `${h.receiver.url}/own?x=1` }, tags: ["t"] }, owner);
    const [got] = await arrived(1);
    expect([got!.method, got!.path]).toEqual(["POST", "/own?x=1"]);
    expect([...got!.names].sort()).toEqual(
      [
        ...["connection", "content-length", "content-type", "host", "user-agent"],
        ...["webhook-id", "webhook-signature", "webhook-timestamp"],
      ].sort(),
    );
    expect(got!.headers["content-type"]).toBe("application/json");
    const payload = verified(secret, got!);
    expect(validateWebhookPayload(payload), JSON.stringify(validateWebhookPayload.errors)).toBe(true);
    const { self, events, artifacts } = run.urls;
    expect(payload).toMatchObject({
      type: "run.succeeded",
      data: { run: { run_id: run.run_id, status: "succeeded", graph: "one", tags: ["t"] } },
    });
    expect(payload.data.links).toEqual({ self, events, artifacts });
    expect([payload.data.run.started_at, payload.data.run.completed_at]).toEqual([
      run.started_at,
      run.completed_at,
    ]);
    expect(got!.body.length).toBeLessThan(20_000);
    const [delivery] = await until(async () => {
      const found = await h.deliveriesOf(run.run_id, owner);
      return found[0]?.status === "delivered" ? found : undefined;
    });
    expect(delivery).toMatchObject({
      delivery_id: got!.headers["webhook-id"],
      event: "run.succeeded",
      seq: payload.data.seq,
      attempts: [{ attempt: 1, status: 204 }],
    });
    expect(delivery!.webhook_id).toBeUndefined();
    expect(validateDelivery(delivery), JSON.stringify(validateDelivery.errors)).toBe(true);
  });

  it("is told exactly the events that it asks for, in the log's words and numbers", async () => {
    const owner = someone();
    const events = ["run.queued", "run.started", "run.succeeded"];
    const run = await h.ended({ webhook: { url: `${h.receiver.url}/all`, events } }, owner);
    const told = (await arrived(3)).map(({ body }) => JSON.parse(body) as WebhookPayload);
    told.sort((a, b) => a.data.seq - b.data.seq);
    expect(told.map(({ type, data }) => [type, data.run.status])).toEqual([
      ["run.queued", "queued"],
      ["run.started", "running"],
      ["run.succeeded", "succeeded"],
    ]);
    expect(told[0]!.data.run.started_at).toBeUndefined();
    const page = (await (await h.request(`${run.urls.events}?after=0`, { headers: owner })).json()) as {
      events: { seq: number; type: string; at: string }[];
    };
    for (const { type, timestamp, data } of told)
      expect(page.events.find(({ seq }) => seq === data.seq)).toMatchObject({ type, at: timestamp });
  });

  it.each([
    ["http://example.com/", "must begin with https://"],
    ["https://10.0.0.1/", "must lead to a public address"],
    ["https://user:pass@example.com/", "must name no user and no password"],
    ["https://example.com:22/", "must have the port 443 or 8443"],
  ])("is refused where it cannot be used: %s", async (url, detail) => {
    const response = await h.post("/v1/runs", { graph: "talking-avatar", webhook: { url } });
    const problem = await problemOf(response);
    expect([response.status, problem.code, problem.errors]).toEqual([
      422,
      "unfit-webhook",
      [{ pointer: "/webhook/url", detail }],
    ]);
    expect(JSON.stringify(problem)).not.toContain(url);
  });
});

describe("an owner's webhook", () => {
  it("is told of all runs from then on, until it is deleted; its secret is shown once", async () => {
    const owner = someone();
    const hook = await createHook(owner, { description: "mine" });
    expect(validateWebhook(hook)).toBe(true);
    const run = await h.ended({}, owner);
    const [got] = await arrived(1);
    expect(verified(hook.secret, got!).data.run.run_id).toBe(run.run_id);
    const { secret, ...rest } = hook;
    const path = `/v1/webhooks/${hook.webhook_id}`;
    expect(await (await h.request(path, { headers: owner })).json()).toEqual(rest);
    const { webhooks } = (await (await h.request("/v1/webhooks", { headers: owner })).json()) as WebhookList;
    expect(webhooks).toEqual([rest]);
    expect((await h.request(path, { method: "DELETE", headers: owner })).status).toBe(204);
    expect((await h.request(path, { headers: owner })).status).toBe(404);
    const shown = [run.urls.self, `${run.urls.events}?after=0`, `/v1/runs/${run.run_id}/deliveries`, path];
    for (const each of shown)
      expect(await (await h.request(each, { headers: owner })).text(), each).not.toContain(secret);
    const after = await h.ended({}, owner);
    expect(await h.deliveriesOf(after.run_id, owner)).toEqual([]);
    expect(JSON.stringify(h.said) + JSON.stringify(h.lines)).not.toContain(secret);
  });

  it("and the run's own are each told for themselves", async () => {
    const owner = someone();
    const hook = await createHook(owner);
    const run = await h.ended({ webhook: { url: `${h.receiver.url}/own` } }, owner);
    const paths = (await arrived(2)).map(({ path }) => path);
    expect([...paths].sort()).toEqual(["/hook", "/own"]);
    const ids = new Set(h.receiver.got.map(({ headers }) => headers["webhook-id"]));
    expect(ids.size).toBe(2);
    const deliveries = await h.deliveriesOf(run.run_id, owner);
    expect(deliveries.map(({ webhook_id }) => webhook_id).filter(Boolean)).toEqual([hook.webhook_id]);
  });

  it("signs with both secrets for a day after a rotation, then with the new one only", async () => {
    const owner = someone();
    const hook = await createHook(owner);
    const path = `/v1/webhooks/${hook.webhook_id}/rotate`;
    const fresh = (await (await rotate(owner, path)).json()) as Required<WebhookSecret>;
    expect(Date.parse(fresh.previous_until) - Date.now()).toBeGreaterThan(86_000_000);
    await h.ended({}, owner);
    const [both] = await arrived(1);
    for (const secret of [hook.secret, fresh.secret]) verified(secret, both!);
    const again = await rotate(owner, path);
    expect([again.status, (await problemOf(again)).code]).toEqual([409, "rotation-open"]);

    await h.driver.redis.hset(h.driver.keys.hook("s0", hook.webhook_id), "old_until", 1);
    await h.ended({}, owner);
    const [, later] = await arrived(2);
    verified(fresh.secret, later!);
    expect(() => verified(hook.secret, later!)).toThrow();
    expect((await rotate(owner, path)).status).toBe(200);
  });

  it("of runs has a secret before anybody has seen one; the first that is shown replaces it", async () => {
    const owner = someone();
    await h.ended({ webhook: { url: `${h.receiver.url}/own` } }, owner);
    const [before] = await arrived(1);
    expect(before!.headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/=]{44}$/);
    const first = (await (await rotate(owner, "/v1/webhook-secret/rotate")).json()) as WebhookSecret;
    expect(first.previous_until).toBeUndefined();
    await h.ended({ webhook: { url: `${h.receiver.url}/own` } }, owner);
    verified(first.secret, (await arrived(2))[1]!);
    const second = (await (await rotate(owner, "/v1/webhook-secret/rotate")).json()) as WebhookSecret;
    expect(second.previous_until).toBeDefined();
  });

  it("is one of twenty at most", async () => {
    const owner = someone();
    for (let i = 0; i < 20; i += 1) await createHook(owner);
    const response = await h.post("/v1/webhooks", { url: `${h.receiver.url}/hook` }, owner);
    expect([response.status, (await problemOf(response)).code]).toEqual([409, "too-many-webhooks"]);
  });
});

describe("deliveries", () => {
  it("of a webhook are listed page by page, newest first, and go with their runs", async () => {
    const owner = someone();
    const hook = await createHook(owner);
    const runs = [];
    for (let i = 0; i < 3; i += 1) runs.push((await h.ended({}, owner)).run_id);
    const path = `/v1/webhooks/${hook.webhook_id}/deliveries`;
    const first = (await (await h.request(`${path}?limit=2`, { headers: owner })).json()) as {
      deliveries: Delivery[];
      next_cursor: string;
    };
    const cursor = encodeURIComponent(first.next_cursor);
    const second = (await (
      await h.request(`${path}?limit=2&cursor=${cursor}`, { headers: owner })
    ).json()) as { deliveries: Delivery[] };
    expect([...first.deliveries, ...second.deliveries].map(({ run_id }) => run_id)).toEqual(
      [...runs].reverse(),
    );
    await arrived(3);
    const id = first.deliveries[0]!.delivery_id;
    const { redis, keys } = h.driver;
    await until(async () => (await h.delivery(id, owner)).status === "delivered");
    await runStep(
      redis,
      steps.purge(keys, { shard: "s0", run: runs[2]!, origin: "none", goneMs: 0, heirs: [] }),
    );
    expect((await h.request(`/v1/deliveries/${id}`, { headers: owner })).status).toBe(404);
    const left = (await (await h.request(path, { headers: owner })).json()) as { deliveries: Delivery[] };
    expect(left.deliveries).toHaveLength(2);
    expect((await redis.keys("*")).filter((key) => key.includes(id))).toEqual([]);
  });

  it("are made again by hand, under the same id, with a new schedule", async () => {
    const owner = someone();
    const run = await h.ended({ webhook: { url: `${h.receiver.url}/again` } }, owner);
    const [got] = await arrived(1);
    const id = got!.headers["webhook-id"]!;
    await until(async () => (await h.delivery(id, owner)).status === "delivered");
    const response = await rotate(owner, `/v1/deliveries/${id}/redeliver`);
    expect(response.status).toBe(202);
    const [one, two] = await arrived(2);
    expect([two!.headers["webhook-id"], two!.body]).toEqual([one!.headers["webhook-id"], one!.body]);
    const delivery = await until(async () => {
      const found = await h.delivery(id, owner);
      return found.status === "delivered" ? found : undefined;
    });
    expect(delivery.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 204],
      [2, 204],
    ]);
    expect(delivery.run_id).toBe(run.run_id);
  });
});
