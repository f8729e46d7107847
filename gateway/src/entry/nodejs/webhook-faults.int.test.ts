/** Receivers that fail in every way, deliverers that die or freeze, and what becomes of the others. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Delivery } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { problemOf } from "../../../test/app-harness.ts";
import type { Answering, Got } from "../../../test/receiver.ts";
import { until } from "../../../test/until.ts";
import {
  createWebhookHarness,
  LEASE_MS,
  TIMEOUT_MS,
  type WebhookHarness,
} from "../../../test/webhook-harness.ts";
import type { Post } from "../../deliverer/attempt.ts";
import { newPlainId } from "../../ids.ts";
import { runStep } from "../../redis/scripts.ts";

let h: WebhookHarness;
beforeAll(async () => {
  h = await createWebhookHarness("faults");
});
afterAll(() => h.close());
beforeEach(() => {
  h.receiver.got.length = 0;
  h.receiver.answer((response) => response.writeHead(204).end());
});

/** Of the schedule that follows a first failure, in the middle of its jitter. */
const SECOND_MS = 5000;
const attempted = (n: number) => (delivery: Delivery) => delivery.attempts[n - 1]?.duration_ms !== undefined;
const startOne = async (path = "/x"): Promise<string> =>
  (await h.start({ webhook: { url: `${h.receiver.url}${path}` } })).run_id;
/** Earlier tests' deliveries may be tried again meanwhile. */
const gotAt = (path: string): Got[] => h.receiver.got.filter((got) => got.path === path);
/** The pause after the latest attempt is `ms` long, give or take what this machine needs to write it down. */
function expectPause({ next_attempt_at, attempts }: Delivery, ms: number): void {
  const pause = Date.parse(next_attempt_at!) - Date.parse(attempts.at(-1)!.at!);
  expect(pause).toBeGreaterThanOrEqual(ms);
  expect(pause).toBeLessThan(ms * 1.05 + 15_000);
}

describe("a receiver", () => {
  const FAILURES: [name: string, how: Answering, status: number | undefined, error: RegExp][] = [
    ["answers 500", (r) => r.writeHead(500).end("oh\u0000 no"), 500, /^The receiver answered 500\.$/],
    ["answers 404", (r) => r.writeHead(404).end(), 404, /^The receiver answered 404\.$/],
    ["never answers", () => {}, undefined, /^The receiver did not answer within 0\.4 s\.$/],
    [
      "resets the connection",
      (r) => r.socket!.resetAndDestroy(),
      undefined,
      /^The receiver closes the connection/,
    ],
    [
      "speaks no HTTP",
      (r) => r.socket!.end("hello\r\n\r\n"),
      undefined,
      /^The receiver does not answer in HTTP\.$/,
    ],
    [
      "sends elsewhere",
      (r) => r.writeHead(307, { location: `${h.receiver.url}/elsewhere` }).end(),
      307,
      /^The receiver sends elsewhere \(307\); redirects are not followed\.$/,
    ],
  ];

  it.each(FAILURES)("that %s is asked again after 5 s", async (_name, how, status, error) => {
    h.receiver.answer(how);
    const delivery = await h.only(await startOne(), attempted(1));
    expect(delivery.status).toBe("waiting");
    expect(delivery.attempts[0]!.status).toBe(status);
    expect(delivery.attempts[0]!.error).toMatch(error);
    expectPause(delivery, SECOND_MS);
    expect(gotAt("/elsewhere")).toEqual([]);
  });

  it("that nobody reaches is asked again, and the reason is said without its address", async () => {
    const run = await h.start({ webhook: { url: "http://127.0.0.1:1/token-in-here" } });
    const delivery = await h.only(run.run_id, attempted(1));
    expect(delivery.attempts[0]!.error).toBe("Nobody listens at the address of the receiver (ECONNREFUSED).");
    expect(JSON.stringify(h.said)).not.toContain("token-in-here");
  });

  it("shows how its answer begins, readable", async () => {
    h.receiver.answer((response) => response.writeHead(500).end(`oh\u0000\r\n no ${"x".repeat(5000)}`));
    const { attempts } = await h.only(await startOne(), attempted(1));
    expect(attempts[0]!.answer).toMatch(/^oh no x{900,}$/);
    expect(attempts[0]!.answer!.length).toBeLessThanOrEqual(1000);
  });

  it("whose answer never ends is read for 64 KiB, and believed by its status", async () => {
    let written = 0;
    h.receiver.answer((response) => {
      // Ten gigabytes, as far as anybody takes them.
      response.writeHead(200, { "content-length": "10000000000" });
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, "x"))) written += 65_536;
      };
      response.on("drain", more);
      response.on("error", () => {});
      more();
    });
    const delivery = await h.only(await startOne(), ({ status }) => status === "delivered");
    expect(delivery.attempts[0]!.status).toBe(200);
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it("whose answer trickles is cut off in time, and believed by its status", async () => {
    h.receiver.answer((response) => {
      response.writeHead(202);
      const timer = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(timer));
    });
    const delivery = await h.only(await startOne(), ({ status }) => status === "delivered");
    expect(delivery.attempts[0]!.duration_ms).toBeGreaterThanOrEqual(TIMEOUT_MS - 50);
  });

  it("whose answer is packed is not unpacked", async () => {
    h.receiver.answer((response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end("not really packed"),
    );
    const delivery = await h.only(await startOne(), ({ status }) => status === "delivered");
    expect(delivery.attempts[0]!.answer).toBe("not really packed");
  });

  it.each([
    [429, "30", 30_000],
    [503, new Date(Date.now() + 3_600_000).toUTCString(), 3_500_000],
    [502, "999999999", 86_400_000],
    [504, "1", SECOND_MS],
    [500, "30", SECOND_MS],
  ])(
    "that answers %i with Retry-After %s is left alone for that long, within reason",
    async (status, after, ms) => {
      h.receiver.answer((response) => response.writeHead(status, { "retry-after": after }).end());
      const delivery = await h.only(await startOne(), attempted(1));
      expectPause(delivery, ms);
    },
  );

  it("that answers 410 is told nothing more of the run", async () => {
    h.receiver.answer((response) => response.writeHead(410).end());
    const url = `${h.receiver.url}/gone`;
    const events = ["run.queued", "run.succeeded"];
    const run = await h.start({ webhook: { url, events } });
    const deliveries = await until(async () => {
      const found = await h.deliveriesOf(run.run_id);
      return found.length === 2 && found.every(({ status }) => status === "disabled") ? found : undefined;
    });
    expect(gotAt("/gone").length).toBeLessThanOrEqual(2);
    const again = await h.request(`/v1/deliveries/${deliveries[0]!.delivery_id}/redeliver`, {
      method: "POST",
    });
    const { code, detail } = await problemOf(again);
    expect([again.status, code]).toEqual([409, "webhook-disabled"]);
    expect(detail).toBe("The webhook is disabled. The receiver wants no more deliveries (410).");
  });

  it("of an owner's webhook that answers 410 disables it, until it is enabled", async () => {
    const made = await h.post("/v1/webhooks", { url: `${h.receiver.url}/own` });
    const { webhook_id } = (await made.json()) as { webhook_id: string };
    h.receiver.answer((response) => response.writeHead(410).end());
    const first = await h.ended();
    await h.only(first.run_id, ({ status }) => status === "disabled");
    const path = `/v1/webhooks/${webhook_id}`;
    expect(await (await h.request(path)).json()).toMatchObject({
      status: "disabled",
      status_reason: "The receiver wants no more deliveries (410).",
    });
    const second = await h.ended();
    await h.only(second.run_id, ({ status }) => status === "disabled");
    expect(gotAt("/own")).toHaveLength(1);

    h.receiver.answer((response) => response.writeHead(204).end());
    expect(await (await h.request(`${path}/enable`, { method: "POST" })).json()).toMatchObject({
      status: "enabled",
    });
    const [delivery] = await h.deliveriesOf(second.run_id);
    await h.request(`/v1/deliveries/${delivery!.delivery_id}/redeliver`, { method: "POST" });
    await h.only(second.run_id, ({ status }) => status === "delivered");
    await h.request(path, { method: "DELETE" });
  });
});

describe("a delivery", () => {
  it("is the same in all attempts but for time and signature, and exhausted after ten", async () => {
    h.receiver.answer((response) => response.writeHead(500).end());
    const run = await startOne("/ten");
    let delivery = await h.only(run, attempted(1));
    for (let n = 2; n <= DEFAULTS.webhook_attempts; n += 1) {
      expect(delivery.status).toBe("waiting");
      await h.hurry(delivery.delivery_id);
      delivery = await h.only(run, attempted(n));
    }
    expect([delivery.status, delivery.next_attempt_at]).toEqual(["exhausted", undefined]);
    expect(delivery.completed_at).toBeDefined();
    expect(gotAt("/ten")).toHaveLength(DEFAULTS.webhook_attempts);
    const same = new Set(gotAt("/ten").map(({ body, headers }) => `${headers["webhook-id"]} ${body}`));
    expect(same.size).toBe(1);

    h.receiver.answer((response) => response.writeHead(204).end());
    await h.request(`/v1/deliveries/${delivery.delivery_id}/redeliver`, { method: "POST" });
    const again = await h.only(run, ({ status }) => status === "delivered");
    expect(again.attempts).toHaveLength(DEFAULTS.webhook_attempts + 1);
  });

  it("of a webhook that was deleted meanwhile is dropped", async () => {
    const made = await h.post("/v1/webhooks", { url: `${h.receiver.url}/deleted` });
    const { webhook_id } = (await made.json()) as { webhook_id: string };
    h.receiver.answer((response) => response.writeHead(500).end());
    const run = await h.ended();
    const { delivery_id } = await h.only(run.run_id, attempted(1));
    const { redis, keys } = h.driver;
    await h.request(`/v1/webhooks/${webhook_id}`, { method: "DELETE" });
    await redis.hset(keys.delivery("s0", delivery_id), "at", "1");
    await h.hurry(delivery_id);
    const delivery = await h.only(run.run_id, ({ status }) => status === "dropped");
    expect(delivery.attempts[1]!.error).toBe("There is no such webhook any more.");
  });

  it("goes with its run, also while it is under way", async () => {
    let answer = (): void => {};
    h.receiver.answer((response, { path }) => {
      if (path === "/purged") answer = () => void response.writeHead(204).end();
      else response.writeHead(204).end();
    });
    const run = await startOne("/purged");
    await until(async () => gotAt("/purged").length === 1);
    const id = gotAt("/purged")[0]!.headers["webhook-id"]!;
    const { redis, keys } = h.driver;
    await h.driver.waitForEnd(run);
    expect(
      await runStep(redis, steps.purge(keys, { shard: "s0", run, origin: "none", goneMs: 0, heirs: [] })),
    ).toBe(1);
    answer();
    await until(async () => h.said.some((line) => line.delivery_id === id && line.outcome === "gone"));
    expect((await redis.keys("*")).filter((key) => key.includes(id) || key.includes(run))).toEqual([]);
  });
});

describe("a deliverer", () => {
  it("that dies after the receiver's answer is followed by another, with the same id and body", async () => {
    const h = await createWebhookHarness("dies", { deliver: { post: () => new Promise(() => {}) } });
    // Sends and is never heard of again: what a kill between the answer and its record leaves.
    const run = await h.start({ webhook: { url: `${h.receiver.url}/killed` } });
    await until(async () => (await h.deliveriesOf(run.run_id))[0]?.attempts.length === 1);
    await h.deliverer.stop(0);
    const bodies: string[] = [];
    const post: Post = async ({ headers, body }) => {
      bodies.push(`${headers["webhook-id"]} ${body}`);
      return { status: 204, beginning: "" };
    };
    h.addDeliverer({ post });
    const delivery = await h.only(run.run_id, ({ status }) => status === "delivered");
    expect(delivery.attempts).toEqual([{ attempt: 1 }, expect.objectContaining({ attempt: 2, status: 204 })]);
    expect(bodies).toHaveLength(1);
    await h.close();
  });

  it("that was frozen says too late that it failed: another attempt has counted", async () => {
    const fates: ((answer: { status: number; beginning: string }) => void)[] = [];
    const post: Post = () => new Promise((resolve) => fates.push(resolve));
    const h = await createWebhookHarness("frozen", { deliver: { post } });
    const run = await h.start({ webhook: { url: `${h.receiver.url}/frozen` } });
    await until(async () => fates.length === 2, LEASE_MS * 5);
    fates[0]!({ status: 500, beginning: "" });
    await until(async () => h.said.some(({ outcome }) => outcome === "late"));
    expect((await h.deliveriesOf(run.run_id))[0]).toMatchObject({
      status: "waiting",
      attempts: [{ status: 500 }, {}],
    });
    fates[1]!({ status: 200, beginning: "" });
    await h.only(run.run_id, ({ status }) => status === "delivered");
    await h.close();
  });

  it("that was frozen ends the delivery when it says too late that it was received", async () => {
    const fates: ((answer: { status: number; beginning: string }) => void)[] = [];
    const post: Post = () => new Promise((resolve) => fates.push(resolve));
    const h = await createWebhookHarness("thawed", { deliver: { post } });
    const run = await h.start({ webhook: { url: `${h.receiver.url}/thawed` } });
    await until(async () => fates.length === 2, LEASE_MS * 5);
    fates[0]!({ status: 200, beginning: "" });
    await h.only(run.run_id, ({ status }) => status === "delivered");
    fates[1]!({ status: 500, beginning: "" });
    await until(async () => h.said.some(({ outcome }) => outcome === "late"));
    expect((await h.deliveriesOf(run.run_id))[0]!.status).toBe("delivered");
    await h.close();
  });

  it("that asks again because the answer was lost gets the same deliveries, and no attempt more", async () => {
    const h = await createWebhookHarness("lost");
    await h.deliverer.stop(0);
    const run = await h.ended({ webhook: { url: `${h.receiver.url}/lost` } });
    const { redis, keys } = h.driver;
    const given = {
      ...{ shard: "s0", deliverer: newPlainId("deliverer"), call: newPlainId("call"), atMost: 10 },
      ...{ perLane: 4, leaseMs: 60_000, maxAttempts: 10 },
    };
    const [, first] = await runStep(redis, steps.deliver(keys, given));
    const [, again] = await runStep(redis, steps.deliver(keys, given));
    expect(first).toHaveLength(1);
    expect(again).toEqual(first);
    expect((await h.deliveriesOf(run.run_id))[0]!.attempts).toHaveLength(1);
    const [, other] = await runStep(redis, steps.deliver(keys, { ...given, call: newPlainId("call") }));
    expect(other).toEqual([]);
    await h.close();
  });

  it("among several takes each delivery once", async () => {
    const h = await createWebhookHarness("several");
    for (let i = 0; i < 3; i += 1) h.addDeliverer();
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => h.start({ webhook: { url: `${h.receiver.url}/several` } })),
    );
    for (const { run_id } of runs) await h.only(run_id, ({ status }) => status === "delivered");
    expect(h.receiver.got).toHaveLength(20);
    await h.close();
  });
});

describe("receivers that hang", () => {
  it("are asked four times at once, by all deliverers together, and delay nobody else", async () => {
    const h = await createWebhookHarness("hang");
    h.addDeliverer();
    const hanging = new Set<Got>();
    let most = 0;
    h.receiver.answer((response, got) => {
      if (got.path !== "/hangs") return response.writeHead(204).end();
      hanging.add(got);
      most = Math.max(most, hanging.size);
      response.on("close", () => hanging.delete(got));
    });
    const stuck = await Promise.all(
      Array.from({ length: 12 }, () => h.start({ webhook: { url: `${h.receiver.url}/hangs` } })),
    );
    await until(async () => hanging.size === 4);
    const fine = await Promise.all(
      Array.from({ length: 12 }, () => h.start({ webhook: { url: `${h.receiver.url}/fine` } })),
    );
    for (const { run_id } of fine) await h.only(run_id, ({ status }) => status === "delivered");
    for (const { run_id } of stuck) await h.only(run_id, attempted(1));
    expect(most).toBe(4);
    await h.close();
  });
});
