/** Which events there are for webhooks, and which are meant when nobody says any. */
import type { WebhookEvent } from "@myspinbot/contracts/types.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";

export const END_EVENTS: readonly WebhookEvent[] = TERMINAL_RUN_STATUSES.map(
  (status) => `run.${status}` as const,
);
