/** An event as clients see it, made from the log or from a channel's message. */
import type { Event } from "@myspinbot/contracts/types.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { toTimestamp } from "../clock.ts";
import { toRecord } from "../redis/flat.ts";

export type { Event };

const ENDS: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES.map((status) => `run.${status}`));

/** Whether nothing follows it in its run's log. */
export function isEnd({ type }: Pick<Event, "type">): boolean {
  return ENDS.has(type);
}

/** One entry of a run's log: id `<seq>-0`, fields type, node_id, at, data. */
export function fromEntry(run: string, entry: [id: string, fields: string[]]): Event {
  const fields = toRecord(entry[1]);
  return toEvent(run, {
    seq: Number.parseInt(entry[0], 10),
    at: Number(fields.at),
    type: fields.type ?? "",
    node: fields.node_id ?? "",
    data: fields.data ?? "",
  });
}

/** A message of the run's channel: `<seq> <at ms> <type> <node or -> <data json>`. Undefined when it is none. */
export function fromMessage(run: string, message: string): Event | undefined {
  const match = /^(\d+) (\d+) (\S+) (\S+) (.*)$/s.exec(message);
  if (!match) return undefined;
  const [, seq, at, type, node, data] = match as unknown as [string, string, string, string, string, string];
  return toEvent(run, { seq: Number(seq), at: Number(at), type, node: node === "-" ? "" : node, data });
}

interface Stored {
  seq: number;
  /** Ms. */
  at: number;
  type: string;
  /** Empty when it is about the whole run. */
  node: string;
  /** JSON. */
  data: string;
}

function toEvent(run: string, { seq, at, type, node, data }: Stored): Event {
  return {
    seq,
    type: type as Event["type"],
    run_id: run,
    ...(node === "" ? {} : { node_id: node }),
    at: toTimestamp(at),
    data: toData(data),
  };
}

/** What a box wrote is shown as it is; a line that is no JSON object must not hide the rest of the log. */
function toData(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null && !Array.isArray(data)
      ? (data as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
