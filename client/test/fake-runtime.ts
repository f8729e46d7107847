/** A network that answers what a test says, and a time that passes when nothing else happens. */
import { createClient, type Client, type ClientOptions } from "../src/client.ts";
import type { Runtime } from "../src/runtime.ts";

export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: BodyInit | null | undefined;
  signal: AbortSignal | undefined;
}

/** An answer, a failure of the network, or nothing for ever. */
export type Scripted = Response | Error | "silence" | ((request: Request) => Response | Promise<Response>);

export interface FakeRuntime extends Runtime {
  requests: Request[];
  /** How long each pause of the client was. */
  pauses: number[];
}

interface Sleeper {
  due: number;
  wake: () => void;
}

function fakeRuntime(answers: Scripted[]): FakeRuntime {
  const sleepers = new Set<Sleeper>();
  let now = 0;
  let keys = 0;
  /** Lets everything run that can, then wakes whoever is due first. */
  const pump = (turns: number): void => {
    setImmediate(() => {
      if (turns > 0) return pump(turns - 1);
      const first = [...sleepers].sort((a, b) => a.due - b.due)[0];
      if (!first) return;
      sleepers.delete(first);
      now = first.due;
      first.wake();
      if (sleepers.size > 0) pump(5);
    });
  };
  const fake: FakeRuntime = {
    requests: [],
    pauses: [],
    elapsed: () => now,
    random: () => 1,
    newKey: () => `key-${(keys += 1)}`,
    sleep(ms, signal) {
      fake.pauses.push(ms);
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = { due: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          resolve();
        });
        if (sleepers.size === 1) pump(5);
      });
    },
    async fetch(url, init) {
      const request: Request = {
        method: init.method ?? "GET",
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: init.body,
        signal: init.signal ?? undefined,
      };
      fake.requests.push(request);
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nothing was said about ${request.method} ${url}`);
      if (answer instanceof Error) throw answer;
      if (typeof answer === "function") return answer(request);
      if (answer !== "silence") return answer;
      request.signal?.throwIfAborted();
      return new Promise((_, reject) => {
        request.signal?.addEventListener("abort", () => reject(request.signal?.reason as Error));
      });
    },
  };
  return fake;
}

export function clientOf(
  answers: Scripted[],
  options: Partial<ClientOptions> = {},
): { client: Client; fake: FakeRuntime } {
  const fake = fakeRuntime(answers);
  return { client: createClient({ base: "http://gateway", runtime: fake, ...options }), fake };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export function problem(code: string, status: number, more: object = {}, headers: object = {}): Response {
  const body = {
    type: `https://x/${code}`,
    title: "It went wrong",
    detail: "",
    status,
    code,
    class: "permanent",
  };
  return new Response(JSON.stringify({ ...body, ...more }), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

export function html(status: number, headers: Record<string, string> = {}): Response {
  const body = "<!doctype html><html><head><title>Bad\n gateway</title></head><body>away</body></html>";
  return new Response(body, { status, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
}

/** What a connection does: sends bytes, breaks off, says nothing for ever (null). A body ends after the last. */
export type Part = string | Uint8Array<ArrayBuffer> | Error | null | { after: number; from: Runtime };

/** @param left hears when the reader is gone */
export function streamOf(
  parts: readonly Part[],
  left: () => void = () => undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const rest = [...parts];
  return new ReadableStream({
    async pull(controller) {
      const part = rest.shift();
      if (part === undefined) return controller.close();
      if (part === null) return new Promise(() => undefined);
      if (part instanceof Error) return controller.error(part);
      if (typeof part === "string") return controller.enqueue(new TextEncoder().encode(part));
      if (part instanceof Uint8Array) return controller.enqueue(part);
      await part.from.sleep(part.after);
      controller.enqueue(new TextEncoder().encode(": still here\n"));
    },
    cancel: left,
  });
}

export function sse(parts: readonly Part[], left?: () => void): Response {
  return new Response(streamOf(parts, left), {
    headers: { "content-type": "text/event-stream; charset=utf-8" },
  });
}

export async function listOf<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
