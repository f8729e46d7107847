/** What runs did and when, for whoever collects traces. The implementation is made by the entry, as that of the metrics. */

/** One thing that took time. Times in milliseconds since 1970, by the clock of Redis. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent of the run itself. */
  readonly parentId?: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** What went wrong, in words. */
  readonly failure?: string;
}

export interface Traces {
  /** Never waits and never throws: what nobody takes is lost. */
  tell(spans: readonly Span[]): void;
  /** Gives away what is still held. */
  close(): Promise<void>;
}
