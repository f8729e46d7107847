/** What single requests make of bad answers, and when they are sent again. */
import { describe, expect, it, vi } from "vitest";
import { clientOf, html, json, problem, type Scripted, streamOf } from "../test/fake-runtime.ts";
import { ApiError, ClientError, ForeignAnswerError, NetworkError } from "./errors.ts";

const RUN = { run_id: "run_s0_a", status: "queued" };
const away = (headers: object = {}) => problem("redis-unavailable", 503, { class: "retryable" }, headers);
const refused = () => new TypeError("fetch failed");

async function failureOf(answers: Scripted[], options = {}): Promise<ClientError> {
  const { client } = clientOf(answers, options);
  const failure: unknown = await client.runs.get("r").then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ClientError);
  return failure as ClientError;
}
/** Gives up at the first failure. */
const IMPATIENT = { patience: { patienceMs: 0, firstMs: 100, mostMs: 100 } };

describe("an answer that says no", () => {
  it("is an error that carries the problem", async () => {
    const errors = [{ pointer: "/input/topic", detail: "is missing" }];
    const error = (await failureOf([problem("invalid-input", 422, { detail: "No.", errors })])) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ name: "ApiError", status: 422, code: "invalid-input", retryable: false });
    expect([error.is("invalid-input"), error.is("run-not-found")]).toEqual([true, false]);
    expect(error.problem.errors).toEqual(errors);
    expect(error.message).toBe("It went wrong: No.\n  /input/topic: is missing");
  });

  it("may have a code that only a newer server knows", async () => {
    const error = await failureOf([problem("brand-new", 418, { class: "permanent", added: 1 })]);
    expect(error).toMatchObject({ code: "brand-new", problem: { added: 1 } });
  });

  it.each([
    [
      "of another API",
      new Response('{"title":"no"}', {
        status: 404,
        headers: { "content-type": "application/problem+json" },
      }),
    ],
    [
      "cut off",
      new Response('{"title":"n', { status: 404, headers: { "content-type": "application/problem+json" } }),
    ],
    ["that is plain JSON", json({ error: "no" }, 404)],
  ])("is none of ours when it is a problem %s", async (_name, answer) => {
    expect(await failureOf([answer])).toMatchObject({
      name: "ForeignAnswerError",
      status: 404,
      retryable: false,
    });
  });
});

describe("an answer of somebody else", () => {
  it("says what it is", async () => {
    const error = await failureOf([html(403)]);
    expect(error).toBeInstanceOf(ForeignAnswerError);
    expect(error.message).toBe(
      "An answer came that is none of the API's: status 403, text/html: Bad gateway",
    );
  });

  it.each([
    ["HTML with 200", html(200)],
    ["JSON that is cut off", new Response('{"run', { headers: { "content-type": "application/json" } })],
    ["nothing at all with 200", new Response(null)],
    ["a status that the route does not have", json(RUN, 207)],
  ])("is never taken for ours: %s", async (_name, answer) => {
    expect(await failureOf([answer])).toMatchObject({ name: "ForeignAnswerError", retryable: false });
  });

  it("names where it redirects to, and is not followed", async () => {
    const login = html(302, { location: "https://login.example/x" });
    const error = await failureOf([login]);
    expect(error.message).toBe(
      "A redirect to https://login.example/x came in place of an answer: Bad gateway",
    );
  });

  it("is read no further than it takes to recognise it", async () => {
    let chunks = 0;
    const left = vi.fn();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        chunks += 1;
        controller.enqueue(new Uint8Array(4096).fill(65));
      },
      cancel: left,
    });
    const error = await failureOf([new Response(endless, { status: 418 })]);
    expect(error.message.length).toBeLessThan(300);
    expect(chunks).toBeLessThan(10);
    expect(left).toHaveBeenCalledOnce();
  });

  it.each([502, 503, 504, 521, 530, 408])(
    "of a proxy whose gateway is away (%i) is asked again",
    async (status) => {
      const { client } = clientOf([html(status), json(RUN)]);
      expect(await client.runs.get("r")).toEqual(RUN);
    },
  );
});

describe("a request", () => {
  it("is sent again when nobody answered, with growing pauses", async () => {
    const { client, fake } = clientOf([refused(), refused(), away(), json(RUN)]);
    expect(await client.runs.get("r")).toEqual(RUN);
    expect(fake.pauses.filter((ms) => ms < 10_000)).toEqual([250, 500, 1000]);
  });

  it("is sent again with the same key when the answer was lost", async () => {
    const cut = new Response(streamOf(['{"run_id":', new TypeError("terminated")]), {
      status: 202,
      headers: { "content-type": "application/json" },
    });
    const { client, fake } = clientOf([refused(), cut, json(RUN, 202)]);
    expect(await client.runs.submit({ graph: "g" })).toEqual(RUN);
    expect(fake.requests.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "key-1",
      "key-1",
      "key-1",
    ]);
  });

  it("that would do something twice is sent once", async () => {
    for (const failure of [refused(), away(), html(502)]) {
      const { client, fake } = clientOf([failure]);
      await expect(client.runs.submit({ graph: "g" }, { idempotencyKey: null })).rejects.toThrow(ClientError);
      expect(fake.requests).toHaveLength(1);
    }
  });

  it("that was refused because there are too many is sent again after the time that was named", async () => {
    const tooMany = problem("too-many-runs", 429, { class: "retryable" }, { "retry-after": "7" });
    const { client, fake } = clientOf([tooMany, json(RUN, 202)]);
    expect(await client.runs.submit({ graph: "g" }, { idempotencyKey: null })).toEqual(RUN);
    expect(fake.pauses).toContain(7000);
  });

  it.each([
    ["seconds", { "retry-after": "9" }, 9000],
    [
      "a date, by the clock of the server",
      { "retry-after": "Wed, 21 Oct 2015 07:28:09 GMT", date: "Wed, 21 Oct 2015 07:28:00 GMT" },
      9000,
    ],
    [
      "a date that is past",
      { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", date: "Wed, 21 Oct 2015 07:29:00 GMT" },
      250,
    ],
    ["nonsense", { "retry-after": "soon" }, 250],
    ["a negative number", { "retry-after": "-5" }, 250],
  ])("waits as Retry-After says: %s", async (_name, headers, ms) => {
    const { client, fake } = clientOf([away(headers), json(RUN)]);
    await client.runs.get("r");
    expect(fake.pauses.filter((pause) => pause !== 30_000 && pause !== 45_000)).toEqual([ms]);
  });

  it("does not wait longer than it has patience, and says how long it would have to", async () => {
    const error = await failureOf([away({ "retry-after": "3600" })]);
    expect(error).toMatchObject({ code: "redis-unavailable", retryAfterMs: 3_600_000 });
  });

  it("gives up in the end with the last failure", async () => {
    const { client, fake } = clientOf(Array.from({ length: 99 }, refused));
    await expect(client.runs.get("r")).rejects.toThrow(NetworkError);
    expect(fake.elapsed()).toBeGreaterThan(20_000);
    expect(fake.elapsed()).toBeLessThanOrEqual(30_000);
  });

  it("that gets no answer in time fails", async () => {
    expect(await failureOf(["silence"], IMPATIENT)).toMatchObject({
      name: "NetworkError",
      message: "No answer came within 30 s.",
    });
  });

  it("has longer when the gateway was asked to wait", async () => {
    const { client, fake } = clientOf(["silence"], IMPATIENT);
    await expect(client.runs.submit({ graph: "g" }, { waitS: 60 })).rejects.toThrow("within 90 s");
    expect(fake.elapsed()).toBe(90_000);
  });

  it("whose answer falls silent in its middle fails", async () => {
    const silent = new Response(streamOf(['{"run', null]), {
      headers: { "content-type": "application/json" },
    });
    expect(await failureOf([silent], IMPATIENT)).toMatchObject({ message: "The answer fell silent." });
  });

  it("ends at once with the reason when it is aborted: before, while it waits, while it pauses", async () => {
    const reason = new Error("changed my mind");
    const before = clientOf([]);
    await expect(before.client.runs.get("r", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(before.fake.requests).toEqual([]);
    const stop = new AbortController();
    const waiting = clientOf(["silence"]);
    const abort = () => {
      stop.abort(reason);
      throw new TypeError("aborted");
    };
    await expect(clientOf([abort]).client.runs.get("r", { signal: stop.signal })).rejects.toBe(reason);
    const later = new AbortController();
    const answer = waiting.client.runs.get("r", { signal: later.signal });
    later.abort(reason);
    await expect(answer).rejects.toBe(reason);
    const pausing = new AbortController();
    const { client, fake } = clientOf([
      () => {
        queueMicrotask(() => setImmediate(() => pausing.abort(reason)));
        throw new TypeError("refused");
      },
    ]);
    await expect(client.runs.get("r", { signal: pausing.signal })).rejects.toBe(reason);
    expect(fake.requests).toHaveLength(1);
  });
});

describe("an upload", () => {
  const bytes = new Uint8Array([1, 2]);
  const SHA256 = "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222";

  it("carries type, name and bytes, and compares the digest", async () => {
    const { client, fake } = clientOf([
      json({ sha256: SHA256 }, 201),
      json({ file_id: "f", sha256: "0" }, 201),
    ]);
    const content = { bytes: new Blob([bytes]), mediaType: "image/png" };
    await client.files.upload(content, { name: 'a"b\r\n(ü)\ud800.png' });
    expect(fake.requests[0]!.headers).toEqual({
      "content-type": "image/png",
      "content-disposition": "attachment; filename*=UTF-8''a%22b%0D%0A%28%C3%BC%29%EF%BF%BD.png",
    });
    await expect(client.files.upload(content)).rejects.toThrow("The bytes of f were changed on their way.");
  });

  it.each([
    [7_000_000, 130_000],
    [2, 30_000],
  ])("of %i bytes has the time that slow lines take, beside that for an answer", async (size, ms) => {
    const { client, fake } = clientOf(["silence"], IMPATIENT);
    const content = { bytes: new Uint8Array(size), mediaType: "image/png" };
    await expect(client.files.upload(content)).rejects.toThrow(NetworkError);
    expect(Math.round(fake.elapsed())).toBe(ms);
    const stream = clientOf(["silence"], IMPATIENT);
    const unknown = { bytes: streamOf(["x"]), mediaType: "image/png" };
    await expect(stream.client.files.upload(unknown)).rejects.toThrow("within 330 s");
  });

  it("of bytes is sent again, of a stream it is not", async () => {
    const again = clientOf([refused(), json({ sha256: SHA256 }, 201)]);
    await again.client.files.upload({ bytes, mediaType: "image/png" });
    expect(again.fake.requests).toHaveLength(2);
    const once = clientOf([refused()]);
    await expect(
      once.client.files.upload({ bytes: streamOf(["x"]), mediaType: "image/png" }),
    ).rejects.toThrow(NetworkError);
    expect(once.fake.requests).toHaveLength(1);
  });
});

describe("a download", () => {
  const headers = { "content-length": "6" };
  const read = async (answers: Scripted[]) => {
    const { client, fake } = clientOf(answers);
    const text = new TextDecoder().decode(await client.artifacts.bytes("a"));
    return [text, fake.requests.map((request) => request.headers.range)];
  };

  it("goes on where it broke off", async () => {
    const rest = () => new Response("ef", { status: 206, headers: { "content-range": "bytes 4-5/6" } });
    const broken = () => new Response(streamOf(["ab", "cd", new TypeError("terminated")]), { headers });
    expect(await read([broken(), refused(), rest()])).toEqual([
      "abcdef",
      [undefined, "bytes=4-", "bytes=4-"],
    ]);
  });

  it("notices an end that came too early", async () => {
    const early = new Response(streamOf(["abcd"]), { headers });
    const rest = new Response("ef", { status: 206, headers: { "content-range": "bytes 4-5/6" } });
    expect(await read([early, rest])).toEqual(["abcdef", [undefined, "bytes=4-"]]);
  });

  it("falls silent, and goes on", async () => {
    const silent = new Response(streamOf(["abcd", null]), { headers });
    const rest = new Response("ef", { status: 206, headers: { "content-range": "bytes 4-5/6" } });
    expect(await read([silent, rest])).toEqual(["abcdef", [undefined, "bytes=4-"]]);
  });

  it("does not put a whole answer behind a part", async () => {
    const broken = new Response(streamOf(["ab", new TypeError("terminated")]), { headers });
    const { client } = clientOf([broken, new Response("abcdef", { headers })]);
    await expect(client.artifacts.bytes("a")).rejects.toThrow(ForeignAnswerError);
  });

  it("says what is not there", async () => {
    const { client } = clientOf([problem("artifact-not-found", 404)]);
    await expect(client.artifacts.bytes("a")).rejects.toMatchObject({ code: "artifact-not-found" });
  });
});
