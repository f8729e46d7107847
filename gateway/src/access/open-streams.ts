/** Counts the event streams that each key has open at this gateway. Others count their own. */
import type { CallerKey } from "./caller.ts";
import { tooMany } from "./limits.ts";

/** Id of a key -> how many; what is not limited is not counted. */
export type OpenStreams = Map<string, number>;

/** @returns what must be called when the stream ends, once @throws AppError `too-many-requests` */
export function openStream(open: OpenStreams, key: CallerKey | undefined): () => void {
  const most = key?.limits.event_streams;
  if (key === undefined || most === undefined) return () => {};
  const count = open.get(key.id) ?? 0;
  if (count >= most) throw tooMany({ limit: "event_streams", most, left: 0 });
  open.set(key.id, count + 1);
  return () => {
    const left = (open.get(key.id) ?? 1) - 1;
    if (left > 0) open.set(key.id, left);
    else open.delete(key.id);
  };
}
