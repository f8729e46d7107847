/** Each event once and in order, whatever the connections do. */
import { describe, expect, it, vi } from "vitest";
import { clientOf, html, listOf, type Part, problem, type Scripted, sse } from "../test/fake-runtime.ts";
import { ForeignAnswerError, NetworkError } from "./errors.ts";
import { MalformedStream } from "./frames.ts";

const frame = (id: number, type: string, data: object): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
const event = (seq: number, type = "node.progress", more: object = {}): string =>
  frame(seq, type, { seq, type, run_id: "r", at: "2026-01-01T00:00:00.000Z", data: more });
const END = "run.succeeded";
const cut = () => new TypeError("terminated");
const snapshot = (seq: number, status: string): string =>
  frame(seq, "snapshot", { seq, run: { run_id: "r", status } });

interface Followed {
  frames: unknown[];
  asked: (string | undefined)[];
  pauses: number[];
}

/** Follows after an event that is known, or none; the numbers of the answer stand for events. */
async function follow(answers: Scripted[], after: number | "nothing" = 0): Promise<Followed> {
  const { client, fake } = clientOf(answers);
  const frames = await listOf(client.runs.follow("r", after === "nothing" ? {} : { after }));
  return {
    frames: frames.map((each) => (each.kind === "event" ? each.seq : each)),
    asked: fake.requests.map(({ url }) => new URL(url).searchParams.get("after") ?? undefined),
    pauses: fake.pauses.filter((ms) => ms < 30_000),
  };
}

describe("a stream that is cut", () => {
  it("goes on after the last event, wherever it was cut", async () => {
    const whole = event(2);
    for (let at = 0; at <= whole.length; at += 1) {
      const { frames, asked } = await follow([
        sse([event(1), whole.slice(0, at), cut()]),
        sse([event(2), event(3, END)]),
      ]);
      expect(frames, String(at)).toEqual([1, 2, 3]);
      expect(asked, String(at)).toEqual(["0", at === whole.length ? "2" : "1"]);
    }
  });

  it("is told to whoever asks, as soon as it stands again, though nothing new is said", async () => {
    const { client, fake } = clientOf([
      sse([event(1), cut()]),
      html(503),
      sse([": quiet\n\n"]),
      sse([event(2, END)]),
    ]);
    const told: (string | number)[] = [];
    const onConnect = () => void told.push(`connected ${fake.requests.length}`);
    for await (const each of client.runs.follow("r", { after: 0, onConnect })) told.push(each.seq);
    expect(told).toEqual(["connected 1", 1, "connected 3", "connected 4", 2]);
  });

  it("sends the number as Last-Event-ID, too", async () => {
    const { client, fake } = clientOf([sse([event(1)]), sse([event(2, END)])]);
    await listOf(client.runs.follow("r", { after: 0 }));
    expect(fake.requests.map(({ headers }) => headers["last-event-id"])).toEqual(["0", "1"]);
  });

  it("comes back when the server said, no later than a while, and not at once", async () => {
    const answers = (retry: number) => [sse([`retry: ${retry}\n`, event(1)]), sse([event(2, END)])];
    expect((await follow(answers(2345))).pauses).toEqual([2345]);
    expect((await follow(answers(999_999_999))).pauses).toEqual([15_000]);
    expect((await follow(answers(0))).pauses).toEqual([500]);
  });

  it("waits longer and longer while nobody answers, and begins anew when somebody does", async () => {
    const { frames, pauses } = await follow([
      new TypeError("refused"),
      html(502),
      problem("redis-unavailable", 503, { class: "retryable" }),
      sse([event(1), cut()]),
      sse([event(2, END)]),
    ]);
    expect([frames, pauses]).toEqual([
      [1, 2],
      [500, 1000, 2000, 500],
    ]);
  });

  it("waits as long as 429 says", async () => {
    const tooMany = problem("too-many-runs", 429, { class: "retryable" }, { "retry-after": "20" });
    expect((await follow([tooMany, sse([event(1, END)])])).pauses).toEqual([20_000]);
  });

  it("is given up after minutes without any sign", async () => {
    const { client, fake } = clientOf(Array.from({ length: 99 }, () => new TypeError("refused")));
    await expect(listOf(client.runs.follow("r"))).rejects.toThrow(NetworkError);
    expect(fake.elapsed()).toBeGreaterThan(240_000);
  });
});

describe("a stream that repeats itself", () => {
  it("tells each event once", async () => {
    const { frames } = await follow([
      sse([event(1), event(1), event(2), event(1), cut()]),
      sse([event(1), event(2), event(3), event(3), event(4, END)]),
    ]);
    expect(frames).toEqual([1, 2, 3, 4]);
  });
});

describe("a stream that is silent", () => {
  it("is kept while it says that it is there, however slowly", async () => {
    const { client, fake } = clientOf([]);
    const slow: Part[] = Array.from({ length: 20 }, () => ({ after: 44_000, from: fake }));
    fake.fetch = () => Promise.resolve(sse([event(1), ...slow, event(2, END)]));
    expect(await listOf(client.runs.follow("r", { after: 0 }))).toHaveLength(2);
    expect(fake.elapsed()).toBe(20 * 44_000);
  });

  it("is left for a new one when it says nothing at all", async () => {
    const left = vi.fn();
    const { frames, asked } = await follow([sse([event(1), null], left), sse([event(2, END)])]);
    expect([frames, asked]).toEqual([
      [1, 2],
      ["0", "1"],
    ]);
    expect(left).toHaveBeenCalledOnce();
  });
});

describe("a stream that holds nonsense", () => {
  it.each([
    ["JSON that is none", 'id: 2\ndata: {"seq":2\n\n'],
    ["JSON that is no object", "id: 2\ndata: 2\n\n"],
    ["an event without its number", frame(2, "node.log", { type: "node.log" })],
    ["an event with half a number", frame(2, "node.log", { seq: 1.5, type: "node.log" })],
    ["an event without a type", frame(2, "node.log", { seq: 2 })],
    ["a snapshot without a run", frame(2, "snapshot", { seq: 2 })],
    ["a gap without its ends", frame(2, "gap", {})],
    ["a hole", event(3)],
  ])("asks again, and gives up when it stays so: %s", async (_name, nonsense) => {
    const bad = () => sse([event(1), nonsense, event(2), event(3)]);
    expect((await follow([bad(), sse([event(2), event(3, END)])])).frames).toEqual([1, 2, 3]);
    const { client, fake } = clientOf([bad(), bad(), bad(), bad()]);
    await expect(listOf(client.runs.follow("r", { after: 0 }))).rejects.toThrow(MalformedStream);
    expect(fake.requests).toHaveLength(3);
  });

  it("asks again when a frame has no end", async () => {
    const endless = Array.from({ length: 20 }, () => `data: ${"x".repeat(1024 * 1024)}\n`);
    expect((await follow([sse([event(1), ...endless]), sse([event(2, END)])])).frames).toEqual([1, 2]);
  });

  it("skips fields, comments and kinds of frames that it does not know", async () => {
    const { frames } = await follow([
      sse([
        "\ufeff: hello\n",
        "color: red\n",
        "retry: soon\n",
        'event: notice\ndata: {"a":1}\n\n',
        event(1, END),
      ]),
    ]);
    expect(frames).toEqual([1]);
  });

  it("yields events of types that only a newer server knows", async () => {
    expect((await follow([sse([event(1, "run.celebrated"), event(2, END)])])).frames).toEqual([1, 2]);
  });

  it("reads any line ends, and letters that are cut in two", async () => {
    const text = event(1, "node.log", { message: "Grüße 🎬" }).replaceAll("\n", "\r\n") + event(2, END);
    const bytes = new TextEncoder().encode(text);
    const single = Array.from(bytes, (byte) => new Uint8Array([byte]));
    const { client } = clientOf([sse(single)]);
    const [first] = await listOf(client.runs.follow("r", { after: 0 }));
    expect(first).toMatchObject({ event: { data: { message: "Grüße 🎬" } } });
  });

  it.each([
    ["a page of a proxy with 200", html(200), ForeignAnswerError],
    ["a login page", html(302, { location: "https://login.example/" }), ForeignAnswerError],
  ])("ends for %s", async (_name, answer, type) => {
    const { client } = clientOf([answer]);
    await expect(listOf(client.runs.follow("r"))).rejects.toThrow(type);
  });
});

describe("a run", () => {
  it("that has ended and is known has nothing to tell", async () => {
    expect((await follow([new Response(null, { status: 204 })], 9)).frames).toEqual([]);
  });

  it.each(["succeeded", "failed", "canceled", "expired", "timed_out"])("ends with run.%s", async (status) => {
    expect((await follow([sse([event(1, `run.${status}`), event(2)])])).frames).toEqual([1]);
    expect((await follow([sse([event(1, `node.${status}`), event(2, END)])])).frames).toEqual([1, 2]);
    expect((await follow([sse([snapshot(7, status)])], "nothing")).frames).toHaveLength(1);
  });

  it("begins with a snapshot, and goes on after it", async () => {
    const { frames, asked } = await follow(
      [sse([snapshot(7, "running"), cut()]), sse([event(8), event(9, END)])],
      "nothing",
    );
    expect(frames).toEqual([{ kind: "snapshot", seq: 7, run: { run_id: "r", status: "running" } }, 8, 9]);
    expect(asked).toEqual([undefined, "7"]);
  });

  it("says which events are gone, and goes on after them", async () => {
    const { frames, asked } = await follow([
      sse([event(1), frame(4, "gap", { from: 2, to: 4 }), cut()]),
      sse([event(5, END)]),
    ]);
    expect([frames, asked]).toEqual([
      [1, { kind: "gap", seq: 4, from: 2, to: 4 }, 5],
      ["0", "4"],
    ]);
  });

  it("goes back to what Redis still knows after a crash", async () => {
    const lost = [snapshot(3, "running"), frame(3, "gap", { from: 4, to: 9 }), event(4), event(5, END)];
    const { frames } = await follow([sse(lost)], 9);
    expect(frames.slice(2)).toEqual([4, 5]);
  });

  it("that was deleted in between is not there any more", async () => {
    const { client } = clientOf([sse([event(1)]), problem("run-not-found", 404)]);
    await expect(listOf(client.runs.follow("r", { after: 0 }))).rejects.toMatchObject({
      code: "run-not-found",
    });
  });
});

describe("a follower that leaves", () => {
  it("ends the connection", async () => {
    const left = vi.fn();
    const { client } = clientOf([sse([event(1), event(2), null], left)]);
    for await (const { seq } of client.runs.follow("r", { after: 0 })) if (seq === 1) break;
    expect(left).toHaveBeenCalledOnce();
  });

  it("by its signal gets its reason, also from a silent stream", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const left = vi.fn();
    const { client, fake } = clientOf([sse([event(1), null], left)]);
    const following = (async () => {
      for await (const _ of client.runs.follow("r", { after: 0, signal: stop.signal })) stop.abort(reason);
    })();
    await expect(following).rejects.toBe(reason);
    expect(left).toHaveBeenCalledOnce();
    expect(fake.requests).toHaveLength(1);
  });
});
