/** Reads a run's log page by page. */
import type { EventPage } from "@myspinbot/contracts/types.ts";
import type { EventLog } from "./event-log.ts";

/** Events after `after`; undefined when there is no such run. */
export async function readPage(
  log: EventLog,
  run: string,
  after: number,
  limit: number,
): Promise<EventPage | undefined> {
  // The end is asked for first: an event that comes in between is then only told earlier than promised.
  const end = await log.end(run);
  if (!end) return undefined;
  const events = await log.read(run, after, limit);
  const next = events.at(-1)?.seq ?? Math.min(after, end.seq);
  return { events, next_after: next, ended: end.ended && next >= end.seq };
}

export interface LogQuery {
  after: number;
  limit: number;
  /** Only lines of this node. */
  node?: string | undefined;
}

/** How many events one request looks at: most events are no log lines. */
const LOOK = 1000;
const MOST_LOOKS = 11;

/** The node.log events after `after`; a page may be short when few events are log lines. */
export async function readLogPage(
  log: EventLog,
  run: string,
  { after, limit, node }: LogQuery,
): Promise<EventPage | undefined> {
  const end = await log.end(run);
  if (!end) return undefined;
  const events: EventPage["events"] = [];
  let next = Math.min(after, end.seq);
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const read = await log.read(run, next, LOOK);
    for (const event of read) {
      if (events.length === limit) return { events, next_after: next, ended: false };
      next = event.seq;
      if (event.type === "node.log" && (node === undefined || event.node_id === node)) events.push(event);
    }
    if (read.length < LOOK) break;
  }
  return { events, next_after: next, ended: end.ended && next >= end.seq };
}
