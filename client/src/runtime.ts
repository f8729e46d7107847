/** What the client takes from its surroundings: network, time, chance. Tests pass their own. */

export interface Runtime {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds from any beginning, which only grow. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to below 1. */
  random(): number;
  /** A text that nobody has had before. */
  newKey(): string;
}

/** Node, browsers and Workers. */
export const systemRuntime: Runtime = {
  // Browsers want to be called as what they are: a method of the global object.
  fetch: (url, init) => globalThis.fetch(url, init),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
  random: () => Math.random(),
  // randomUUID is there in secure contexts only.
  newKey: () => [...crypto.getRandomValues(new Uint8Array(16))].map(toHex).join(""),
};

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
