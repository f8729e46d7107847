/** Bad input gets a clear error: what belongs to HTTP, over a real Redis and a real store. */
import { validateProblem } from "@myspinbot/contracts/validators.js";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { sha256Hex } from "../graphs/digest.ts";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { routeDisagreements } from "../../test/described.ts";
import { describeInProcess, itInProcess } from "../../test/runtime.ts";

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("rules", { seaweed: store });
  await h.announceAll();
});
afterAll(() => h.close());

const node = { id: "a", type: "node_work", plane: "node" };
const inline = (more: object = {}) => ({ graph: { name: "g", nodes: [node], output: {}, ...more } });

async function expectProblem(
  response: Response,
  status: number,
  code: string,
  pointer?: string,
): Promise<void> {
  const problem = await problemOf(response);
  expect([response.status, problem.code], JSON.stringify(problem)).toEqual([status, code]);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(validateProblem(problem), JSON.stringify(validateProblem.errors)).toBe(true);
  expect(JSON.stringify(problem)).not.toMatch(/\.ts:|node_modules|at Object/);
  if (pointer !== undefined) expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
}

describe("POST /v1/runs", () => {
  const wrong: [name: string, body: unknown, status: number, code: string, pointer?: string][] = [
    ["an unknown graph", { graph: "nope" }, 422, "graph-not-found", "/graph"],
    ["an unknown field", { ...inline(), webhoook: 1 }, 400, "invalid-request", "/webhoook"],
    ["no graph", {}, 400, "invalid-request", "/graph"],
    ["a field of the wrong type", { ...inline(), tags: "x" }, 400, "invalid-request", "/tags"],
    ["a body that is a list", [], 400, "invalid-request", ""],
    [
      "an inline graph that does not fit its schema",
      inline({ nodes: [{ ...node, id: "A B" }] }),
      422,
      "invalid-graph",
      "/graph/nodes/0/id",
    ],
    [
      "an unknown node type",
      inline({ nodes: [{ ...node, type: "nope" }] }),
      422,
      "invalid-graph",
      "/graph/nodes/0/type",
    ],
    [
      "a reference to a missing output",
      inline({ output: { x: "$a.nope" } }),
      422,
      "invalid-graph",
      "/graph/output/x",
    ],
    [
      "a cycle",
      inline({ nodes: [{ ...node, inputs: { text: "$a.text" } }] }),
      422,
      "invalid-graph",
      "/graph/nodes/0",
    ],
    [
      "an unknown input field",
      { graph: "talking-avatar", input: { topic: "x", tpic: "y" } },
      422,
      "invalid-input",
      "/input/tpic",
    ],
    [
      "an input of the wrong type",
      { graph: "talking-avatar", input: { topic: 5 } },
      422,
      "invalid-input",
      "/input/topic",
    ],
    ["an empty text", { graph: "talking-avatar", input: { text: "" } }, 422, "invalid-input", "/input/text"],
    [
      "a text that is far too long",
      { graph: "talking-avatar", input: { text: "a".repeat(5001) } },
      422,
      "invalid-input",
      "/input/text",
    ],
    ["neither topic nor text", { graph: "talking-avatar" }, 422, "invalid-input"],
    [
      "an input that a node needs and the schema leaves open",
      { ...inline({ input: { t: "Text?" }, nodes: [{ ...node, inputs: { text: "$input.t" } }] }) },
      422,
      "invalid-input",
      "/input/t",
    ],
    [
      "an input of a named type that does not fit",
      { ...inline({ input: { t: "Text" } }), input: { t: {} } },
      422,
      "invalid-input",
      "/input/t",
    ],
    [
      "bytes that are not given by file_id",
      { ...inline({ input: { p: "Image" } }), input: { p: { artifact_id: "x", key: "runs/secret" } } },
      422,
      "invalid-input",
      "/input/p",
    ],
    [
      "a file that does not exist",
      { ...inline({ input: { p: "Image" } }), input: { p: { file_id: "file_01J8ZQ5J3QK2N6S7T8V9W0X1Y2" } } },
      422,
      "file-not-found",
      "/input/p/file_id",
    ],
    [
      "a file id that is a path",
      { ...inline({ input: { p: "Image" } }), input: { p: { file_id: "../runs/x" } } },
      422,
      "file-not-found",
      "/input/p/file_id",
    ],
    [
      "an engine that nobody knows",
      inline({ nodes: [{ ...node, engine: "magic" }] }),
      422,
      "unknown-engine",
      "/graph/nodes/0/engine",
    ],
    [
      "an engine that nobody has",
      inline({ nodes: [{ ...node, engine: "other" }] }),
      409,
      "no-executor-matches",
      "/graph/nodes/0",
    ],
    [
      "a pool without any executor",
      inline({
        nodes: [{ id: "a", type: "python_work", plane: "python", pool: "gpu", inputs: { need: 1 } }],
      }),
      409,
      "no-executor-matches",
      "/graph/nodes/0",
    ],
    [
      "201 nodes",
      inline({ nodes: Array.from({ length: 201 }, (_, i) => ({ id: `n${i}`, type: "x", plane: "node" })) }),
      422,
      "invalid-graph",
      "/graph/nodes",
    ],
    ["a deeply nested body", `{"graph":${"[".repeat(40)}${"]".repeat(40)}}`, 400, "body-too-deep"],
    ["a million brackets", "[".repeat(500_000), 400, "body-too-deep"],
    [
      "too many keys",
      JSON.stringify({
        graph: "x",
        metadata: Object.fromEntries(Array.from({ length: DEFAULTS.body_keys }, (_, i) => [`k${i}`, ""])),
      }),
      400,
      "body-too-deep",
    ],
    ["an oversized body", `{"graph":"${"x".repeat(1_048_576)}"}`, 413, "body-too-large"],
    ["a broken body", '{"graph":', 400, "malformed-json"],
    ["an empty body", "", 400, "malformed-json"],
    ["__proto__", '{"graph":"x","__proto__":{"a":1}}', 400, "invalid-request", "/__proto__"],
    ["constructor", '{"graph":"x","input":{"constructor":1}}', 400, "invalid-request", "/input/constructor"],
    [
      "a number that is infinite",
      '{"graph":"x","input":{"n":[1,1e400]}}',
      400,
      "invalid-request",
      "/input/n/1",
    ],
    ["a number that is none", '{"graph":"x","input":{"n":1e-400}}', 400, "invalid-request", "/input/n"],
    [
      "a number that would change",
      '{"graph":"x","deadlines":{"run_s":9007199254740993}}',
      400,
      "invalid-request",
      "/deadlines/run_s",
    ],
    [
      "a number that would change in an inline graph",
      JSON.stringify(inline({ nodes: [{ ...node, inputs: { number: 7 } }] })).replace(
        ":7}",
        ":12345678901234567890}",
      ),
      400,
      "invalid-request",
      "/graph/nodes/0/inputs/number",
    ],
    ["half a surrogate pair", '{"graph":"x","input":{"t":"\\ud800"}}', 400, "invalid-request", "/input/t"],
  ];
  it.each(wrong)("refuses %s", async (_name, body, status, code, pointer) => {
    await expectProblem(await h.post("/v1/runs", body), status, code, pointer);
  });

  const approval = { id: "a", type: "approval", plane: "node" };
  const loop = { max: 2, until: { has: "$a.text" } };
  const carry = (init: string) => ({ text: { init, next: "$a.text" } });
  const texts: [where: string, change: object, pointer: string][] = [
    ["params", { nodes: [{ ...node, params: { speed: "$input.t" } }] }, "/nodes/0/params/speed"],
    [
      "an object in a list in params",
      { nodes: [{ ...node, params: { speed: [1, { by: "$input.t?" }] } }] },
      "/nodes/0/params/speed/1/by",
    ],
    [
      "a longer text in params",
      { nodes: [{ ...approval, params: { message: "Is $input.t right?" }, inputs: { text: "x" } }] },
      "/nodes/0/params/message",
    ],
    ["braces in params", { nodes: [{ ...node, params: { speed: "${input.t}" } }] }, "/nodes/0/params/speed"],
    ["a longer text", { nodes: [{ ...node, inputs: { text: "Hello $input.t!" } }] }, "/nodes/0/inputs/text"],
    [
      "an object",
      { nodes: [{ ...approval, inputs: { object: { a: { b: "$input.t" } } } }] },
      "/nodes/0/inputs/object/a/b",
    ],
    ["a list", { nodes: [{ ...approval, inputs: { texts: ["x", "$input.t"] } }] }, "/nodes/0/inputs/texts/1"],
    [
      "a part of a text",
      { nodes: [{ ...node, inputs: { text: { $any: [{ $text: ["Hello $input.t"] }, "x"] } } }] },
      "/nodes/0/inputs/text/$any/0/$text/0",
    ],
    [
      "a condition",
      { nodes: [{ ...node, when: { eq: ["$input.t", "not $input.t"] } }] },
      "/nodes/0/when/eq/1",
    ],
    [
      "a list in a condition",
      { nodes: [{ ...node, when: { not: { in: ["$input.t", ["x", "a $b.c"]] } } }] },
      "/nodes/0/when/not/in/1/1",
    ],
    [
      "what a graph is given",
      { nodes: [{ id: "a", graph: "speak", inputs: { text: "Hello $input.t" } }] },
      "/nodes/0/inputs/text",
    ],
    [
      "a loop's condition",
      {
        groups: { g: { repeat: { ...loop, until: { eq: ["$a.text", "as $input.t"] } } } },
        nodes: [{ ...node, group: "g" }],
      },
      "/groups/g/repeat/until/eq/1",
    ],
    [
      "what a loop begins with",
      {
        groups: { g: { repeat: { ...loop, carry: carry("so $input.t") } } },
        nodes: [{ ...node, group: "g" }],
      },
      "/groups/g/repeat/carry/text/init",
    ],
    ["an output", { output: { x: { $any: ["$a.text", "no $input.t"] } } }, "/output/x/$any/1"],
  ];
  it.each(texts)("refuses a reference that would be text in %s", async (_where, change, pointer) => {
    const body = { ...inline({ input: { t: "Text" }, ...change }), input: { t: "x" } };
    const problem = await problemOf(await h.post("/v1/runs", body));
    expect(problem.code).toBe("invalid-graph");
    const told = problem.errors?.find((error) => error.pointer === `/graph${pointer}`);
    expect(told?.detail, JSON.stringify(problem)).toMatch(/no reference but text/);
  });

  it("refuses bytes that are no UTF-8", async () => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    };
    await expectProblem(await h.request("/v1/runs", init), 400, "malformed-json");
  });

  it.each([["text/plain"], ["application/x-www-form-urlencoded"], ["multipart/form-data; boundary=x"], [""]])(
    "refuses the media type %j",
    async (type) => {
      await expectProblem(
        await h.post("/v1/runs", inline(), { "content-type": type }),
        415,
        "unsupported-media-type",
      );
    },
  );

  it("refuses compressed JSON", async () => {
    await expectProblem(
      await h.post("/v1/runs", inline(), { "content-encoding": "gzip" }),
      415,
      "unsupported-media-type",
    );
  });

  itInProcess("process")("stops reading a body without a length at the limit", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit;
    await expectProblem(await h.request("/v1/runs", init), 413, "body-too-large");
    expect(sent).toBeLessThan(1_048_576 + 5 * 65_536);
  });

  it("creates nothing for what it refuses", async () => {
    const page = (await (await h.request("/v1/runs")).json()) as { runs: unknown[] };
    expect(page.runs).toEqual([]);
    expect(await h.driver.redis.xlen(h.driver.keys.mail("s0"))).toBe(0);
  });
});

describeInProcess("host")("the gateway serves loopback only", () => {
  it.each(["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "10.0.0.1:8787"])(
    "refuses the Host %s",
    async (host) => {
      await expectProblem(await h.request("/v1/runs", { headers: { host } }), 403, "not-local");
    },
  );

  it.each(["localhost:8787", "127.0.0.1:1", "[::1]:8787"])("takes the Host %s", async (host) => {
    expect((await h.request("/healthz", { headers: { host } })).status).toBe(200);
  });

  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:9999", host: "localhost:8787" },
    { origin: "https://localhost:8787", host: "localhost:8787" },
    { origin: "localhost:8787", host: "localhost:8787" },
    { origin: "http://localhost", host: "localhost:443" },
    { "sec-fetch-site": "cross-site" },
  ])("refuses changes from elsewhere: %j", async (headers) => {
    await expectProblem(
      await h.post("/v1/runs", inline(), headers as unknown as Record<string, string>),
      403,
      "not-local",
    );
  });

  it.each([
    ["localhost:8787", "http://localhost:8787"],
    ["localhost", "http://localhost:80"],
    ["[::1]:8787", "http://[::1]:8787"],
  ])("takes changes from its own origin: %s %s", async (host, origin) => {
    const headers = { host, origin, "sec-fetch-site": "same-origin" };
    expect((await h.post("/v1/runs", inline(), headers)).status).toBe(202);
  });

  it("asks browsers for TLS only where there is TLS", async () => {
    expect((await h.request("http://localhost/")).headers.get("strict-transport-security")).toBeNull();
    expect((await h.request("https://localhost/")).headers.get("strict-transport-security")).toMatch(
      /max-age=/,
    );
  });
});

describe("addresses", () => {
  it.each([
    ["/nope", 404, "not-found"],
    ["/v1/runs/x", 404, "run-not-found"],
    ["/v1/runs/run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2", 404, "run-not-found"],
    ["/v1/runs/run_s9_01J8ZQ5J3QK2N6S7T8V9W0X1Y2", 404, "run-not-found"],
    ["/v1/runs/run_s0_*", 404, "run-not-found"],
    ["/v1/runs/run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2/events", 404, "run-not-found"],
    ["/v1/runs/run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2/logs", 404, "run-not-found"],
    ["/v1/runs/run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2/artifacts", 404, "run-not-found"],
    ["/v1/artifacts/art_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2", 404, "artifact-not-found"],
    ["/v1/artifacts/art_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2/content", 404, "artifact-not-found"],
    ["/v1/artifacts/%2e%2e%2fsecret/content", 404, "artifact-not-found"],
    ["/v1/graphs/constructor", 404, "not-found"],
    ["/v1/runs?limit=0", 400, "invalid-request"],
    ["/v1/runs?limit=x", 400, "invalid-request"],
    ["/v1/runs?status=done", 400, "invalid-request"],
    ["/v1/runs?cursor=x", 400, "invalid-request"],
  ])("answers %s with %i %s", async (path, status, code) => {
    await expectProblem(await h.request(path), status, code);
  });

  it("says which methods there are", async () => {
    const response = await h.request("/v1/runs", { method: "PATCH" });
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
    await expectProblem(response, 405, "method-not-allowed");
  });

  it("repeats a request id that is safe and makes one otherwise", async () => {
    const given = await h.request("/healthz", { headers: { "x-request-id": "abc-1" } });
    expect(given.headers.get("x-request-id")).toBe("abc-1");
    const made = await h.request("/healthz", { headers: { "x-request-id": 'a b"c' } });
    expect(made.headers.get("x-request-id")).toMatch(/^req_/);
  });

  it("gives streams, bytes and empty answers an id too", async () => {
    const { run_id } = await runOf(await h.post("/v1/runs", inline()));
    const stream = await h.request(`/v1/runs/${run_id}/events`, {
      headers: { accept: "text/event-stream", "x-request-id": "abc-2" },
    });
    expect(stream.headers.get("x-request-id")).toBe("abc-2");
    await stream.body?.cancel();
    const head = await h.request(`/v1/runs/${run_id}/events`, {
      method: "HEAD",
      headers: { accept: "text/event-stream", "x-request-id": "abc-3" },
    });
    expect(head.headers.get("x-request-id")).toBe("abc-3");
  });
});

describe("files", () => {
  const create = { name: "a.png", media_type: "image/png", size: PNG.byteLength, sha256: "0".repeat(64) };
  const upload = (body: BodyInit, headers: Record<string, string>) =>
    h.request("/v1/files", { method: "POST", body, headers });

  it.each([
    ["another media type", upload, ["x", { "content-type": "text/html" }], 415, "unsupported-media-type"],
    ["no media type", upload, [PNG, {}], 415, "unsupported-media-type"],
    [
      "a list of other files",
      upload,
      ["#EXTM3U", { "content-type": "video/x-mpegurl" }],
      415,
      "unsupported-media-type",
    ],
    ["a drawing", upload, ["<svg/>", { "content-type": "image/svg+xml" }], 415, "unsupported-media-type"],
    [
      "bytes that are something else",
      upload,
      ["<svg/>", { "content-type": "image/png" }],
      422,
      "file-mismatch",
    ],
    [
      "compressed bytes",
      upload,
      [PNG, { "content-type": "image/png", "content-encoding": "gzip" }],
      415,
      "unsupported-media-type",
    ],
    ["nothing", upload, ["", { "content-type": "image/png" }], 400, "invalid-request"],
  ] as const)("refuses %s", async (_name, send, [body, headers], status, code) => {
    await expectProblem(await send(body as BodyInit, headers), status, code);
  });

  it.each(["application/octet-stream", "image/*"])(
    "finds out what bytes are that come as %s",
    async (type) => {
      const file = (await (await upload(PNG, { "content-type": type })).json()) as { media_type: string };
      expect(file.media_type).toBe("image/png");
      await expectProblem(await upload("<svg/>", { "content-type": type }), 415, "unsupported-media-type");
    },
  );

  it("refuses an announcement that does not fit", async () => {
    await expectProblem(
      await h.post("/v1/files", { ...create, media_type: "text/html" }),
      400,
      "invalid-request",
      "/media_type",
    );
    await expectProblem(
      await h.post("/v1/files", { ...create, size: 20_971_521 }),
      400,
      "invalid-request",
      "/size",
    );
    await expectProblem(await h.post("/v1/files", { ...create, name: "" }), 400, "invalid-request", "/name");
  });

  it.each(["..", "a\0.png", "a\r\nb.png", "\u202egnp.exe"])(
    "refuses to announce the name %j",
    async (name) => {
      await expectProblem(await h.post("/v1/files", { ...create, name }), 400, "invalid-request", "/name");
    },
  );

  it("keeps the last part of a path as the name", async () => {
    const response = await h.post("/v1/files", { ...create, name: "../../etc/passwd" });
    expect(await response.json()).toMatchObject({ name: "passwd" });
  });

  it("takes bytes of the announced size and digest only, and says so at each step", async () => {
    const announced = await h.post("/v1/files", {
      ...create,
      sha256: await sha256Hex(PNG),
      name: "Größe.png",
    });
    expect(announced.status).toBe(201);
    const file = (await announced.json()) as {
      file_id: string;
      status: string;
      upload: { method: string; url: string };
    };
    expect(file).toMatchObject({ status: "expected", upload: { method: "PUT" } });
    const asInput = { ...inline({ input: { p: "Image" } }), input: { p: { file_id: file.file_id } } };
    const put = (body: BodyInit) =>
      h.request(file.upload.url, { method: "PUT", body, headers: { "content-type": "image/png" } });

    await expectProblem(await h.post("/v1/runs", asInput), 409, "file-incomplete", "/input/p/file_id");
    await expectProblem(
      await h.request(`/v1/files/${file.file_id}/complete`, { method: "POST" }),
      409,
      "file-incomplete",
    );
    await expectProblem(await put(PNG.slice(1)), 422, "file-mismatch");
    const other = PNG.slice();
    other[11] = 99;
    await expectProblem(await put(other), 422, "file-mismatch");

    const done = await put(PNG);
    expect(done.status).toBe(200);
    expect(await done.json()).toMatchObject({ status: "complete", name: "Größe.png" });
    expect((await h.request(`/v1/files/${file.file_id}/complete`, { method: "POST" })).status).toBe(200);
    const wrongType = { ...inline({ input: { p: "Audio" } }), input: asInput.input };
    await expectProblem(await h.post("/v1/runs", wrongType), 422, "invalid-input", "/input/p/file_id");
    const created = await h.post("/v1/runs", asInput);
    expect(created.status).toBe(202);
    const run = await runOf(created);
    expect(run.input).toEqual(asInput.input);
    const stored = await h.driver.redis.hget(h.driver.keys.runData("s0", run.run_id), "input");
    expect(JSON.parse(stored!)).toMatchObject({
      p: { artifact_id: file.file_id, key: `files/${file.file_id}`, media_type: "image/png" },
    });

    expect((await h.request(`/v1/files/${file.file_id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(
      await h.request(`/v1/files/${file.file_id}`, { method: "DELETE" }),
      404,
      "file-not-found",
    );
    await expectProblem(await put(PNG), 404, "file-not-found");
    await expectProblem(
      await h.request("/v1/files/file_x/complete", { method: "POST" }),
      404,
      "file-not-found",
    );
  });
});

describe("the document", () => {
  itInProcess("process")("names every route, and every route is in the document", () => {
    expect(routeDisagreements(h.app)).toEqual([]);
  });

  it("is served", async () => {
    expect(((await (await h.request("/openapi.json")).json()) as { openapi: string }).openapi).toBe("3.1.0");
  });
});
