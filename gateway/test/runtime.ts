/** Which runtime serves the app that a test asks, and which tests can be of one runtime only. */
import { describe, inject, it } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    runtime: "node" | "workerd";
  }
}

export const RUNTIME = inject("runtime") ?? "node";

/** Why a test asks the app in its own process alone. */
export const REASONS = {
  clock: "time passes for it by the app's clock, and a Worker's is the runtime's",
  log: "it reads the log of the app",
  counts: "it reads what one process counts, and a Worker shows only what is read from Redis",
  client: "it looks at each command of the app's client of Redis",
  given: "it gives the app a part that no configuration gives",
  keyless: "it is about what is served without keys, and a Worker serves nothing so",
  host: "Host and peer of a Worker are given by its runtime",
  process: "it is about a process or a socket of Node.js",
  left: "a Worker hears that its client has left when there is something to send",
  others: "other files ask its routes of a Worker, and what it is about is the same in every runtime",
  apart:
    "each of its tests starts an app of its own, and other files ask its routes of a Worker that has started",
  deliverer: "it is about what brings webhooks, which Workers do not",
} as const;

export type Reason = keyof typeof REASONS;

/** Registers nothing. */
const nothing = Object.assign(() => {}, { each: () => () => {} });

/** `it`, for a test that looks into the process of the app. */
export function itInProcess(_why: Reason): typeof it {
  return RUNTIME === "node" ? it : (nothing as unknown as typeof it);
}

/** `describe`, where all tests of it look there. */
export function describeInProcess(_why: Reason): typeof describe {
  return RUNTIME === "node" ? describe : (nothing as unknown as typeof describe);
}
