/** One connection through the edge: two paced directions between a client and what lies behind the edge. */
import { createPace, type Pace } from "./pace.ts";
import type { Manners } from "./manners.ts";

/** One end of it. */
export interface End {
  send(chunk: Buffer): void;
  onData(hear: (chunk: Buffer) => void): void;
  onClose(hear: () => void): void;
  /** Stop and go on reading. */
  pause(): void;
  resume(): void;
  /** In order, as far as it has an order. */
  close(): void;
  /** At once, as a broken wire does. */
  cut(): void;
  /** Say what nobody may say there. */
  garble(): void;
}

export interface Pipe {
  cut(): void;
  close(): void;
  stall(): void;
  resume(): void;
  /** As after a NAT has forgotten it: nothing passes any more, and neither end is told. */
  forget(): void;
  /** What comes to the client next is no frame. */
  garble(): void;
}

export interface Counts {
  opened: number;
  /** Who came and was not let in. */
  refused: number;
  bytesUp: number;
  bytesDown: number;
}

/** Bytes that wait before an end is asked to wait: in chunks, ways that cut more finely would get less of the wire. */
const MOST_WAITING = 4 << 20;

export function createPipe(
  { client, target }: { client: End; target: End },
  { manners, counts, onEnd }: { manners: Manners; counts: Counts; onEnd: (pipe: Pipe) => void },
): Pipe {
  let isForgotten = false;
  let isOver = false;
  counts.opened += 1;

  const direction = (from: End, to: End, count: (bytes: number) => void): Pace => {
    const pace = createPace(manners, (chunk) => {
      to.send(chunk);
      if (pace.waiting < MOST_WAITING) from.resume();
    });
    from.onData((chunk) => {
      if (isForgotten) return;
      count(chunk.length);
      pace.push(chunk);
      if (pace.waiting >= MOST_WAITING) from.pause();
    });
    return pace;
  };
  const paces = [
    direction(client, target, (bytes) => (counts.bytesUp += bytes)),
    direction(target, client, (bytes) => (counts.bytesDown += bytes)),
  ];

  const end = (how: "cut" | "close"): void => {
    if (isOver) return;
    isOver = true;
    client[how]();
    target[how]();
    onEnd(pipe);
  };
  const pipe: Pipe = {
    cut: () => end("cut"),
    close: () => end("close"),
    stall: () => paces.forEach((pace) => pace.stall()),
    resume: () => paces.forEach((pace) => pace.resume()),
    forget: () => void (isForgotten = true),
    garble: () => client.garble(),
  };
  // What lies behind the edge hears nothing of a client that was forgotten, and the client nothing of it.
  client.onClose(() => (isForgotten ? onEnd(pipe) : end("close")));
  target.onClose(() => {
    if (!isForgotten) end("close");
  });
  return pipe;
}
