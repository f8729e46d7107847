/** Tells a person that they wait for the gateway, and why; gives up early where no connection comes about. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Runtime } from "../src/runtime.ts";
import type { Surroundings } from "./surroundings.ts";
import { say } from "./text.ts";

/** What Node.js publishes when a connection of its `fetch` stands. */
const CONNECTED = "undici:client:connected";
const SAID_AFTER_MS = 2_000;
/** A host that takes no connection for so long is away; one that took it may be busy. */
const CONNECT_MS = 5_000;

/** @param url as it was given. @param timeoutMs for which an answer is waited for */
export function attentive(
  { runtime, stderr }: Pick<Surroundings, "runtime" | "stderr">,
  url: string,
  timeoutMs: number,
): Runtime {
  let isConnected = false;
  let isSaid = false;
  const connected = (): void => void (isConnected = true);
  const remark = (init: RequestInit): void => {
    // Of these the progress says what is going on, in its own lines.
    if (isSaid || isStream(init)) return;
    isSaid = true;
    say(stderr, `Waiting for ${url} to answer, for ${timeoutMs / 1000} s (--timeout). Ctrl-C stops.`);
  };
  return {
    ...runtime,
    async fetch(address, init) {
      const over = new AbortController();
      const unconnected = new AbortController();
      const after = (ms: number, act: () => void): void =>
        void runtime.sleep(ms, over.signal).then(() => over.signal.aborted || act());
      after(SAID_AFTER_MS, () => remark(init));
      after(CONNECT_MS, () => isConnected || unconnected.abort(noConnection()));
      const signal = AbortSignal.any([unconnected.signal, ...(init.signal ? [init.signal] : [])]);
      subscribe(CONNECTED, connected);
      try {
        return await runtime.fetch(address, { ...init, signal });
      } finally {
        unsubscribe(CONNECTED, connected);
        over.abort();
      }
    },
  };
}

function isStream({ headers }: RequestInit): boolean {
  return new Headers(headers).get("accept") === "text/event-stream";
}

function noConnection(): NodeJS.ErrnoException {
  return Object.assign(new Error("No connection came about."), { code: "ETIMEDOUT" });
}
