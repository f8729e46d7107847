/** One reader's view of a run's channel: what it heard lately, and a way to wait for more. */
import type { Clock } from "../clock.ts";
import { isEnd, type Event } from "./event.ts";

/** A reader that is slower than its run reads the log instead of what lies here. */
const MAX_BUFFER_BYTES = 65536;

/**
 * Nothing is true because it was heard: a reader trusts the log, and this tells when to look. Messages that follow
 * without a gap on what the reader has are handed over, which spares the look.
 */
export class RunWatch {
  #latest = 0;
  #closed = false;
  #saysEnd = false;
  #buffer: Event[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #onClose: () => void;

  constructor(clock: Clock, onClose: () => void) {
    this.#clock = clock;
    this.#onClose = onClose;
  }

  /** The hub is going away: the reader says goodbye. */
  get closed(): boolean {
    return this.#closed;
  }

  /** It was heard that nothing will follow; who reads the run sees whether that is so. */
  get saysEnd(): boolean {
    return this.#saysEnd;
  }

  /** Hub: an event was published. */
  heard(event: Event, bytes: number): void {
    this.#saysEnd ||= isEnd(event);
    this.#bytes += bytes;
    if (this.#bytes > MAX_BUFFER_BYTES) this.#forget();
    else this.#buffer.push(event);
    this.reached(event.seq);
  }

  /** Hub: the log has at least `seq` events. */
  reached(seq: number): void {
    if (seq <= this.#latest) return;
    this.#latest = seq;
    this.#wake?.();
  }

  /** The events heard that follow on `after` without a gap; the rest is forgotten. */
  take(after: number): Event[] {
    const out: Event[] = [];
    for (const event of this.#buffer) if (event.seq === after + out.length + 1) out.push(event);
    this.#forget();
    return out;
  }

  get latest(): number {
    return this.#latest;
  }

  /** The log did not have what was heard (Redis lost its last seconds): only news after `heard` wake again. */
  forgetPromise(heard: number, after: number): void {
    if (this.#latest === heard) this.#latest = after;
  }

  /** Resolves when the log is known to have more than `after`, when `ms` have passed, or when the watch ends. */
  changed(after: number, ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#latest > after || this.#closed || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        callOff();
        signal?.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      const callOff = this.#clock.after(ms, done);
      signal?.addEventListener("abort", done, { once: true });
      this.#wake = () => {
        if (this.#latest > after || this.#closed) done();
      };
    });
  }

  /** Hub: no more will come. */
  end(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Reader: done. Safe to call twice. */
  close(): void {
    this.end();
    this.#forget();
    this.#onClose();
  }

  #forget(): void {
    this.#buffer = [];
    this.#bytes = 0;
  }
}
