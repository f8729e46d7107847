/** Follows a run to its end: each event once and in order, over as many connections as it takes. */
import { foreign, mediaTypeOf } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { ClientError, NetworkError } from "./errors.ts";
import { type Frame, isLast, MalformedStream, readFrames } from "./frames.ts";
import { createPatience, type Patience } from "./patience.ts";

export interface FollowOptions {
  /** The number of the last event that is known: 0 for the whole log. Without it a snapshot comes first. */
  after?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Hears that a connection stands: of a run that is quiet the next frame may be hours away. */
  onConnect?: (() => void) | undefined;
  /** Hears why a connection ended that is made again. */
  onPause?: ((failure: ClientError) => void) | undefined;
}

const STREAM = "text/event-stream";
/** What is unreadable so often at the same place stays so. */
const MALFORMED_AT_MOST = 3;

/** Where one follower is. */
interface Position {
  /** The number of the last frame. */
  seen: number | undefined;
  /** When the server wants to be asked again. */
  retryMs: number | undefined;
  ended: boolean;
}

/** @throws ClientError, such as ApiError `run-not-found`; the signal's reason */
export async function* followRun(
  caller: Caller,
  run_id: string,
  { after, signal, onConnect, onPause }: FollowOptions,
): AsyncGenerator<Frame> {
  const { runtime, streamPatience } = caller.settings;
  const patience = createPatience(runtime, streamPatience, onPause);
  const at: Position = { seen: after, retryMs: undefined, ended: false };
  let malformed = 0;
  while (!at.ended) {
    let failure: ClientError;
    try {
      for await (const frame of connect(caller, run_id, { at, patience, signal, onConnect })) {
        malformed = 0;
        yield frame;
      }
      failure = new NetworkError("The stream of events ended before the run did.", {
        retryAfterMs: at.retryMs,
      });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error instanceof MalformedStream && ++malformed >= MALFORMED_AT_MOST) throw error;
      failure = error;
    }
    if (!at.ended) await patience.pause(failure, signal);
  }
}

interface Connection {
  at: Position;
  patience: Patience;
  signal: AbortSignal | undefined;
  onConnect: (() => void) | undefined;
}

/** One connection; it moves the position. */
async function* connect(
  caller: Caller,
  run_id: string,
  { at, patience, signal, onConnect }: Connection,
): AsyncGenerator<Frame> {
  const { runtime, idleMs, streamPatience } = caller.settings;
  const { seen } = at;
  const response = await caller.once("followRun", {
    path: { run_id },
    ...(seen === undefined ? {} : { query: { after: seen }, headers: { "Last-Event-ID": String(seen) } }),
    accept: STREAM,
    signal,
  });
  if (response.status === 204) {
    at.ended = true;
    return;
  }
  const options = { runtime, idleMs, signal };
  if (mediaTypeOf(response) !== STREAM) throw await foreign(response, options);
  onConnect?.();
  for await (const frame of readFrames(response.body, options)) {
    patience.progress();
    if (frame.kind === "retry") at.retryMs = Math.min(frame.ms, streamPatience.mostMs);
    if (frame.kind === "alive" || frame.kind === "retry" || isKnown(at, frame)) continue;
    at.seen = frame.seq;
    at.ended = isLast(frame);
    yield frame;
    if (at.ended) return;
  }
}

/** @throws MalformedStream when events are missing: whoever asks again gets them */
function isKnown({ seen }: Position, frame: Frame): boolean {
  if (frame.kind !== "event" || seen === undefined) return false;
  if (frame.seq > seen + 1)
    throw new MalformedStream(`The stream of events leaves out what follows event ${seen}.`);
  return frame.seq <= seen;
}
