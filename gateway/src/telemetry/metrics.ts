/** What the gateway counts. The implementation is made by the entry, because not every runtime has the same one. */
import type { StorageOverview } from "@myspinbot/contracts/types.ts";

export type TaskOutcome = "succeeded" | "failed";

/** `again` = it failed and is tried again; `late` = another attempt counted; `gone` = its run was removed meanwhile. */
export type DeliveryOutcome = "delivered" | "again" | "exhausted" | "disabled" | "dropped" | "late" | "gone";

export interface Metrics {
  /** One drive from collected mail to its commit. */
  drive(seconds: number, outcome: "committed" | "refused" | "failed"): void;
  /** One ended node of a task, by node type. */
  node(type: string, outcome: TaskOutcome, seconds: number): void;
  /** Who may try a failed attempt again: the class of its problem. */
  nodeFailed(type: string, failureClass: string): void;
  /** A run that has ended, and how long it took from its submission. @param graph its name when we ship it, else `inline` */
  runEnded(graph: string, status: string, seconds: number): void;
  /** How far the time that a run was likely to take was from what it took: 0.5 = half of that too much, or too little. */
  runExpected(graph: string, error: number): void;
  /** A task whose executor has fallen silent. */
  taskLost(pool: string): void;
  /** Something that a run has made and keeps. */
  artifact(bytes: number): void;
  /** A request that the object store did not answer, or not as it should. */
  storeFailed(): void;
  request(route: string, method: string, status: number, seconds: number): void;
  streamOpened(): void;
  streamClosed(): void;
  /** Entries that failed their schema and were put among the dead letters. */
  deadLetter(source: string): void;
  /** One attempt to deliver a webhook, or a delivery that ended without one. */
  delivery(outcome: DeliveryOutcome): void;
  /** Text of the exposition format and its media type, after the gauges were set; without values Redis was away. */
  render(
    gauges: GaugeValues | undefined,
    around: Surroundings,
  ): Promise<{ body: string; contentType: string }>;
}

/** What is read from Redis when somebody asks for the metrics. */
export interface GaugeValues {
  runs: { status: string; count: number }[];
  storage: StorageOverview;
  pools: { pool: string; waiting: number; running: number; oldestSeconds: number }[];
}

/** What is told beside it: who is there, and whether the store answers. */
export interface Surroundings {
  storeUp: boolean;
  executors: { pool: string; online: number; slots: number }[];
}

/** Counts nothing: for tests and runtimes that nobody scrapes. */
export const noMetrics: Metrics = {
  drive() {},
  node() {},
  nodeFailed() {},
  runEnded() {},
  runExpected() {},
  taskLost() {},
  artifact() {},
  storeFailed() {},
  request() {},
  streamOpened() {},
  streamClosed() {},
  deadLetter() {},
  delivery() {},
  render: () => Promise.resolve({ body: "", contentType: "text/plain; charset=utf-8" }),
};
