/** Following a run over a real server and a real socket. */
import type { EventPage, Graph } from "@myspinbot/contracts/types.ts";
import { validateEvent, validateEventPage } from "@myspinbot/contracts/validators.js";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { note } from "../../test/driver-harness.ts";
import { itInProcess, RUNTIME } from "../../test/runtime.ts";
import { until } from "../../test/until.ts";
import type { ProcessWide } from "../process-wide.ts";
import { noMetrics, type Metrics } from "../telemetry/metrics.ts";

let h: AppHarness;
/** Over a socket. */
let ask: (path: string, init?: RequestInit) => Promise<Response>;

afterEach(async () => {
  await h.close();
});

let count = 0;
async function start(deps: Partial<ProcessWide> = {}): Promise<void> {
  h = await createAppHarness(`events${(count += 1)}`, { deps });
  await h.announceAll();
  const { url, headers } = await h.listen();
  ask = (path, init) => fetch(url + path, { ...init, headers: { ...(init?.headers as object), ...headers } });
}

let open = 0;
function countStreams(): Metrics {
  open = 0;
  return { ...noMetrics, streamOpened: () => void (open += 1), streamClosed: () => void (open -= 1) };
}

/** Runs that somebody follows. */
async function runsWatched(): Promise<number> {
  return ((await h.driver.redis.call("PUBSUB", "CHANNELS")) as string[]).length;
}

const CHAIN: Graph = {
  name: "chain",
  nodes: ["a", "b", "c", "d"].map((id, i, all) => ({
    id,
    type: i % 2 ? "python_work" : "node_work",
    plane: i % 2 ? ("python" as const) : ("node" as const),
    inputs: {
      ...(i % 2 ? { need: 1 } : {}),
      ...(i > 0 ? { text: `$${["a", "b", "c", "d"][i - 1]}.text` } : {}),
    },
    tags: [String(all.length)],
  })),
  output: { text: "$d.text" },
};

async function submit(): Promise<string> {
  return (await runOf(await h.post("/v1/runs", { graph: CHAIN }))).run_id;
}

function work(ms: number): void {
  h.driver.startDriver();
  for (const pool of ["node", "default"]) {
    h.driver.startExecutor(pool, async () => {
      await sleep(ms);
      return { outputs: { text: "x" } };
    });
  }
}

interface Followed {
  status: number;
  frames: EventSourceMessage[];
  comments: number;
  retry: number | undefined;
}

/** What is on the wire, which a client that asks again would hide: reads a stream until the server closes it, or until `most` frames have come. */
async function follow(
  run: string,
  options: { query?: string; lastEventId?: string; most?: number } = {},
): Promise<Followed> {
  const stop = new AbortController();
  const headers = {
    accept: "text/event-stream",
    ...(options.lastEventId ? { "last-event-id": options.lastEventId } : {}),
  };
  const response = await ask(`/v1/runs/${run}/events${options.query ?? ""}`, {
    headers,
    signal: stop.signal,
  });
  const out: Followed = { status: response.status, frames: [], comments: 0, retry: undefined };
  const parser = createParser({
    onEvent: (event) => out.frames.push(event),
    onComment: () => (out.comments += 1),
    onRetry: (ms) => (out.retry = ms),
  });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (out.frames.length >= (options.most ?? Infinity)) stop.abort();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  if (options.most !== undefined) out.frames.length = Math.min(out.frames.length, options.most);
  return out;
}

const ids = (followed: Followed) => followed.frames.map((frame) => Number(frame.id));
const from = (first: number, length: number) => Array.from({ length }, (_, i) => first + i);

describe("GET /v1/runs/{run_id}/events as a stream", () => {
  it("shows many followers every event exactly once, whenever they come (S6)", async () => {
    await start();
    const run = await submit();
    work(60);
    const followers = Array.from({ length: 12 }, async (_, i) => {
      await sleep(i * 40);
      return follow(run, { query: "?after=0" });
    });
    for (const followed of await Promise.all(followers)) {
      expect(ids(followed)).toEqual(from(1, followed.frames.length));
      expect(followed.frames.at(-1)?.event).toBe("run.succeeded");
      for (const frame of followed.frames)
        expect(validateEvent(JSON.parse(frame.data)), JSON.stringify(validateEvent.errors)).toBe(true);
    }
    await until(async () => (await runsWatched()) === 0);
  });

  it("has the headers that keep proxies from holding it back", async () => {
    await start();
    const run = await submit();
    const response = await ask(`/v1/runs/${run}/events`, {
      headers: { accept: "text/event-stream", "accept-encoding": "gzip" },
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    expect(response.headers.get("content-encoding")).toBeNull();
    await response.body?.cancel();
  });

  it("begins with a snapshot of the run, then goes on where it ends", async () => {
    await start();
    const run = await submit();
    const following = follow(run);
    await until(async () => (await runsWatched()) === 1);
    work(10);
    const followed = await following;
    const [snapshot, ...rest] = followed.frames;
    expect(snapshot?.event).toBe("snapshot");
    expect(JSON.parse(snapshot!.data)).toMatchObject({ seq: 1, run: { run_id: run, status: "queued" } });
    expect(rest.map((frame) => Number(frame.id))).toEqual(from(2, rest.length));
    expect(followed.retry).toBeGreaterThanOrEqual(1000);
    expect(followed.retry).toBeLessThanOrEqual(3000);
  });

  it("goes on after Last-Event-ID, which beats ?after, until there is nothing left: 204", async () => {
    await start();
    const run = await submit();
    work(30);
    const seen: number[] = [];
    let last: Followed | undefined;
    for (let i = 0; i < 100; i += 1) {
      last = await follow(run, {
        query: "?after=0",
        most: 3,
        ...(seen.length > 0 ? { lastEventId: String(seen.at(-1)) } : {}),
      });
      if (last.status === 204) break;
      seen.push(...ids(last));
    }
    expect(last?.status).toBe(204);
    expect(seen).toEqual(from(1, seen.length));
    expect((await follow(run, { lastEventId: "x" })).status).toBe(400);
  });

  it("misses nothing while its subscription is cut again and again", async () => {
    await start();
    const run = await submit();
    const following = follow(run, { query: "?after=0" });
    work(80);
    let cuts = 0;
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await h.driver.redis.call("CLIENT", "KILL", "TYPE", "pubsub");
        cuts += 1;
        await sleep(50);
      }
    })();
    const followed = await following;
    isOver = true;
    await cutting;
    expect(cuts).toBeGreaterThan(3);
    expect(ids(followed)).toEqual(from(1, followed.frames.length));
    expect(followed.frames.at(-1)?.event).toBe("run.succeeded");
  });

  itInProcess("given")("says now and then that it is still there, and lets go of who left", async () => {
    await start({ metrics: countStreams(), heartbeatMs: 300 });
    const run = await submit();
    const stop = new AbortController();
    const response = await ask(`/v1/runs/${run}/events`, {
      headers: { accept: "text/event-stream" },
      signal: stop.signal,
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes(": still here")) text += (await reader.read()).value ?? "";
    expect([open, await runsWatched()]).toEqual([1, 1]);
    stop.abort();
    await until(async () => open === 0 && (await runsWatched()) === 0);
  });

  it("announces what was trimmed as a gap", async () => {
    await start();
    const run = await submit();
    work(5);
    await h.driver.waitForEnd(run);
    await h.driver.redis.xdel(h.driver.keys.runEvents("s0", run), "2-0", "3-0");
    const { frames } = await follow(run, { query: "?after=1" });
    expect(frames[0]).toMatchObject({ event: "gap", id: "3", data: '{"from":2,"to":3}' });
    expect(frames[1]?.id).toBe("4");
  });

  it("gives a snapshot to who has seen what Redis lost in a crash", async () => {
    await start();
    const run = await submit();
    const { frames } = await follow(run, { lastEventId: "50", most: 2 });
    expect(frames.map((frame) => [frame.event, frame.id])).toEqual([
      ["snapshot", "1"],
      ["gap", "1"],
    ]);
  });

  it("survives a silence of Redis: the same stream goes on", async () => {
    await start();
    const run = await submit();
    const following = follow(run, { query: "?after=0" });
    await until(async () => (await runsWatched()) === 1);
    h.driver.valkey.service.signal("SIGSTOP");
    await sleep(3500);
    h.driver.valkey.service.signal("SIGCONT");
    await until(() => h.driver.redis.ping().catch(() => undefined));
    work(10);
    const followed = await following;
    // A Worker whose connection was given up meanwhile ends the stream; who followed it asks for what comes behind.
    if (RUNTIME === "workerd" && followed.frames.at(-1)?.event !== "run.succeeded")
      followed.frames.push(...(await follow(run, { query: `?after=${followed.frames.length}` })).frames);
    expect(ids(followed)).toEqual(from(1, followed.frames.length));
    expect(followed.frames.at(-1)?.event).toBe("run.succeeded");
  });

  itInProcess("process")("ends at once when the gateway stops", async () => {
    await start({ metrics: countStreams() });
    const run = await submit();
    const following = follow(run);
    await until(async () => open === 1);
    h.hub.close();
    expect((await following).frames.map((frame) => frame.event)).toEqual(["snapshot"]);
    await until(async () => open === 0);
  });
});

describe("GET /v1/runs/{run_id}/events and /logs as pages", () => {
  const pageOf = async (path: string): Promise<EventPage> => {
    const page = (await (await h.request(path)).json()) as EventPage;
    expect(validateEventPage(page), JSON.stringify(validateEventPage.errors)).toBe(true);
    return page;
  };

  it("pages through the whole log and says when it ends", async () => {
    await start();
    const run = await submit();
    expect(await pageOf(`/v1/runs/${run}/events`)).toMatchObject({ next_after: 1, ended: false });
    work(5);
    await h.driver.waitForEnd(run);
    const seen: number[] = [];
    let page: EventPage = { events: [], next_after: 0, ended: false };
    while (!page.ended) {
      page = await pageOf(`/v1/runs/${run}/events?after=${page.next_after}&limit=2`);
      seen.push(...page.events.map((event) => event.seq));
    }
    expect(seen).toEqual(from(1, seen.length));
    expect((await h.request(`/v1/runs/${run}/events`, { headers: { accept: "text/html" } })).status).toBe(
      406,
    );
  });

  it("shows log lines only, of one node if asked", async () => {
    await start();
    const run = await submit();
    h.driver.startDriver();
    const task = await h.driver.pull("node");
    const lines = ["one", "two"].map((message) => note("a", "node.log", { level: "info", message }));
    await h.driver.report(task, 1, lines);
    await until(async () => (await pageOf(`/v1/runs/${run}/logs`)).events.length === 2);
    const page = await pageOf(`/v1/runs/${run}/logs?limit=1`);
    expect(page.events.map((event) => event.data.message)).toEqual(["one"]);
    const rest = await pageOf(`/v1/runs/${run}/logs?after=${page.next_after}`);
    expect(rest.events.map((event) => event.data.message)).toEqual(["two"]);
    expect((await pageOf(`/v1/runs/${run}/logs?node=b`)).events).toEqual([]);
    expect((await pageOf(`/v1/runs/${run}/logs?node=part.b.0`)).events).toEqual([]);
    for (const none of ["", "B", "b%0A", "b.", "0"])
      expect((await h.request(`/v1/runs/${run}/logs?node=${none}`)).status, none).toBe(400);
  });
});
