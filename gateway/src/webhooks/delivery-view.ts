/** A delivery as its owner sees it: a pure reading of its row in the outbox. */
import type { Delivery, DeliveryAttempt } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";

/** @param row fits delivery.schema.json's DeliveryRow, with its attempts beside it */
export function toDelivery(id: string, row: Record<string, string>): Delivery {
  const time = (field: string): string | undefined =>
    row[field] === undefined ? undefined : toTimestamp(Number(row[field]));
  const next = time("next_at");
  const ended = time("ended_at");
  return {
    delivery_id: id,
    run_id: row.run!,
    ...(row.hook ? { webhook_id: row.hook } : {}),
    event: row.type as Delivery["event"],
    seq: Number(row.seq),
    status: row.state as Delivery["status"],
    created_at: toTimestamp(Number(row.at)),
    ...(next === undefined ? {} : { next_attempt_at: next }),
    ...(ended === undefined ? {} : { completed_at: ended }),
    attempts: Array.from({ length: Number(row.attempt) }, (_, index) => attemptOf(row, index + 1)),
    urls: { self: `/v1/deliveries/${id}`, run: `/v1/runs/${row.run}` },
  };
}

/** One that nobody has told the end of is under way, or was lost with its deliverer. */
function attemptOf(row: Record<string, string>, attempt: number): DeliveryAttempt {
  const log = row[`attempt:${attempt}`];
  return log === undefined ? { attempt } : (JSON.parse(log) as DeliveryAttempt);
}
