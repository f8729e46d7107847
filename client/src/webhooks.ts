/** Webhooks: addresses that are told what becomes of runs, their secrets, and what they were told. */
import type { Operations } from "@myspinbot/contracts/routes.ts";
import type {
  Delivery,
  DeliveryPage,
  Webhook,
  WebhookCreate,
  WebhookSecret,
} from "@myspinbot/contracts/types.ts";
import type { Caller } from "./caller.ts";
import type { Asking } from "./runs.ts";

export interface Webhooks {
  /** The answer holds the secret, this once: so it is not sent again when the answer was lost. */
  create(webhook: WebhookCreate, options?: Asking): Promise<Webhook>;
  /** All of them, newest first. */
  list(options?: Asking): Promise<Webhook[]>;
  get(webhook_id: string, options?: Asking): Promise<Webhook>;
  delete(webhook_id: string, options?: Asking): Promise<void>;
  /** After its receiver had answered 410. */
  enable(webhook_id: string, options?: Asking): Promise<Webhook>;
  /** A new secret, shown this once; without a webhook's id that of the webhooks that runs name. */
  rotate(webhook_id?: string, options?: Asking): Promise<WebhookSecret>;
  /** One page of what it was told, newest first. */
  deliveries(
    webhook_id: string,
    query?: Operations["listWebhookDeliveries"]["query"],
    options?: Asking,
  ): Promise<DeliveryPage>;
  /** One page of what all webhooks were told of a run, newest first. */
  deliveriesOfRun(
    run_id: string,
    query?: Operations["listRunDeliveries"]["query"],
    options?: Asking,
  ): Promise<DeliveryPage>;
  delivery(delivery_id: string, options?: Asking): Promise<Delivery>;
  redeliver(delivery_id: string, options?: Asking): Promise<Delivery>;
}

export function createWebhooks(caller: Caller): Webhooks {
  return {
    create: (body, { signal } = {}) => caller.call("createWebhook", { body, signal }),
    list: async ({ signal } = {}) => (await caller.call("listWebhooks", { signal })).webhooks,
    get: (webhook_id, { signal } = {}) => caller.call("getWebhook", { path: { webhook_id }, signal }),
    async delete(webhook_id, { signal } = {}) {
      await caller.call("deleteWebhook", { path: { webhook_id }, signal });
    },
    enable: (webhook_id, { signal } = {}) =>
      caller.call("enableWebhook", { path: { webhook_id }, repeatable: true, signal }),
    rotate: (webhook_id, { signal } = {}) =>
      webhook_id === undefined
        ? caller.call("rotateRunWebhookSecret", { signal })
        : caller.call("rotateWebhookSecret", { path: { webhook_id }, signal }),
    deliveries: (webhook_id, query = {}, { signal } = {}) =>
      caller.call("listWebhookDeliveries", { path: { webhook_id }, query, signal }),
    deliveriesOfRun: (run_id, query = {}, { signal } = {}) =>
      caller.call("listRunDeliveries", { path: { run_id }, query, signal }),
    delivery: (delivery_id, { signal } = {}) => caller.call("getDelivery", { path: { delivery_id }, signal }),
    redeliver: (delivery_id, { signal } = {}) =>
      caller.call("redeliver", { path: { delivery_id }, repeatable: true, signal }),
  };
}
