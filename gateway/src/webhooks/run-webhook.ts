/** The webhook that a run names for itself: judged, and as its record keeps it. */
import type { RunWebhook } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { judgeWebhookUrl, type WebhookPolicy } from "./judge-url.ts";
import { END_EVENTS } from "./webhook-events.ts";

/** Fields of a run's record. */
export interface RunWebhookFields extends Record<string, string> {
  webhook_url: string;
  webhook_events: string;
  webhook_lane: string;
}

/** @throws AppError `unfit-webhook` */
export function assertFitUrl(url: string, pointer: string, policy: WebhookPolicy): void {
  const why = judgeWebhookUrl(url, policy);
  if (why === undefined) return;
  // The address may hold a secret of its receiver: it is not said again.
  throw new AppError("unfit-webhook", `The webhook's address ${why}.`, {
    errors: [{ pointer, detail: why }],
  });
}

/** @throws AppError `unfit-webhook` */
export async function toRunWebhook(
  webhook: RunWebhook | undefined,
  owner: string,
  policy: WebhookPolicy,
): Promise<RunWebhookFields | undefined> {
  if (webhook === undefined) return undefined;
  assertFitUrl(webhook.url, "/webhook/url", policy);
  const { origin, pathname } = new URL(webhook.url);
  return {
    webhook_url: webhook.url,
    webhook_events: [...new Set(webhook.events ?? END_EVENTS)].join(" "),
    // Those of an owner for one receiver wait in one line, whatever else their addresses say.
    webhook_lane: (await sha256Hex(`${owner}\0${origin}${pathname}`)).slice(0, 40),
  };
}
