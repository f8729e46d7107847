/** Writes new runs as JSON: those of a graph are the same text, but for a few places. */
import type { Run } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";
import type { RunRecord } from "./run-record.ts";
import { urlsOf } from "./run-view.ts";

/** What differs from run to run. */
type Place = "run" | "created" | "start" | "end" | "queued" | "input" | "metadata" | "tags";

export interface RunText {
  /** One more than there are places between them. */
  readonly texts: readonly string[];
  readonly places: readonly Place[];
}

/** No text of a graph holds this character, which JSON writes as six. */
const MARK = "\u0001";
const marked = (place: Place): never => `${MARK}${place}${MARK}` as never;
/** Parts of texts, and values that are no texts. */
const PLACE = /\\u0001(run|created|start|end)\\u0001|"\\u0001(queued|input|metadata|tags)\\u0001"/g;
/** The run's own id, and where it is found. */
const RUN_PLACES = 1 + Object.keys(urlsOf("")).length;
const MOST_PLACES = RUN_PLACES + 7;

/** @returns false for a run that says more than new runs do, or holds what looks like a place */
export function runTextOf(run: Run): RunText | false {
  const sample: Run = {
    ...run,
    run_id: marked("run"),
    created_at: marked("created"),
    deadlines: { start_at: marked("start"), run_at: marked("end") },
    input: marked("input"),
    timing: { queued_s: marked("queued") },
    metadata: marked("metadata"),
    tags: marked("tags"),
    urls: urlsOf(marked("run")),
  };
  const parts = JSON.stringify(sample).split(PLACE);
  const texts = parts.filter((_, i) => i % 3 === 0);
  const places = parts.filter((part, i) => i % 3 !== 0 && part !== undefined) as Place[];
  return places.length === MOST_PLACES && { texts, places };
}

/** The text of another run of which nothing more is to be said. */
export function written({ texts, places }: RunText, { run, record, data }: RunRecord, now: number): string {
  const created = Number(record.created_at);
  const values: Record<Place, string> = {
    run,
    created: toTimestamp(created),
    start: toTimestamp(Number(record.start_deadline_at)),
    end: toTimestamp(Number(record.run_deadline_at)),
    queued: String(Math.max(0, now - created) / 1000),
    input: data.request_input ?? data.input!,
    metadata: data.metadata!,
    tags: data.tags!,
  };
  let all = texts[0]!;
  for (let i = 0; i < places.length; i += 1) all += values[places[i]!] + texts[i + 1]!;
  return all;
}
