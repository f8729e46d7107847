/** The body of a delivery: made of what does not change any more, so that it is the same in all attempts. */
import type { RunStatus, WebhookEvent, WebhookPayload } from "@myspinbot/contracts/types.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { toTimestamp } from "../clock.ts";
import type { Taken } from "./take.ts";

/** What a run's record says from its beginning. */
export interface RunFacts {
  graph: string;
  /** Ms. */
  created_at: string;
  /** JSON. */
  tags: string;
}

const STATUS: Record<WebhookEvent, RunStatus> = {
  "run.queued": "queued",
  "run.started": "running",
  "run.waiting": "waiting",
  "run.resumed": "running",
  "run.canceling": "canceling",
  "run.succeeded": "succeeded",
  "run.failed": "failed",
  "run.canceled": "canceled",
  "run.expired": "expired",
  "run.timed_out": "timed_out",
};
const TERMINAL: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES);

/** JSON, exactly as it is signed and sent. */
export function toBody({ run, type, seq, at, started_at }: Taken, facts: RunFacts): string {
  const event = type as WebhookEvent;
  const timestamp = toTimestamp(Number(at));
  const status = STATUS[event];
  const self = `/v1/runs/${run}`;
  const payload: WebhookPayload = {
    type: event,
    timestamp,
    data: {
      seq: Number(seq),
      run: {
        run_id: run,
        graph: facts.graph,
        status,
        created_at: toTimestamp(Number(facts.created_at)),
        ...(started_at === "" ? {} : { started_at: toTimestamp(Number(started_at)) }),
        ...(TERMINAL.has(status) ? { completed_at: timestamp } : {}),
        tags: JSON.parse(facts.tags) as string[],
        urls: { self },
      },
      links: { self, events: `${self}/events`, artifacts: `${self}/artifacts` },
    },
  };
  return JSON.stringify(payload);
}
