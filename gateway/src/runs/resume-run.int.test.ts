/** Approval nodes over HTTP: what a run shows while it waits, and what each answer or none comes to. */
import type { Artifact, File, Graph, Problem, Run } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("approvals", { seaweed: store });
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", (node) => {
    const { text, image } = node.inputs as Record<string, { value?: unknown }>;
    return {
      outputs: { text: `<${typeof text?.value === "string" ? text.value : "draft"}>`, image: image?.value },
    };
  });
});
afterAll(() => h.close());

type Params = Record<string, unknown>;
type Fields = Record<string, unknown>;

const WRITE = { id: "write", type: "node_work", plane: "node" } as const;
const SAY = { id: "say", type: "node_work", plane: "node", inputs: { text: "$ok.text" } } as const;

function graph(params: Params = {}, inputs: Fields = {}, more: Partial<Graph> = {}): Graph {
  const ok = { id: "ok", type: "approval", plane: "node", params } as const;
  return {
    name: "asks",
    input: { ask: "Boolean?", image: "Image?" },
    nodes: [WRITE, { ...ok, inputs: { text: "$write.text", ...inputs } }, SAY],
    output: { said: "$say.text?", accepted: "$ok.accepted?" },
    ...more,
  };
}

const read = async (run: string): Promise<Run> => runOf(await h.request(`/v1/runs/${run}`));
const nodeOf = (run: Run, id = "ok") => run.nodes.find((node) => node.node_id === id)!;

async function submit(of: Graph, input: Fields = {}, more: Fields = {}): Promise<string> {
  const response = await h.post("/v1/runs", { graph: of, input, ...more });
  expect(response.status).toBe(202);
  return (await runOf(response)).run_id;
}
async function asked(of: Graph, input: Fields = {}, more: Fields = {}): Promise<string> {
  const run = await submit(of, input, more);
  await until(async () => (await read(run)).status === "waiting");
  return run;
}
const resume = (run: string, body: Fields, headers?: Record<string, string>) =>
  h.post(`/v1/runs/${run}/resume`, { node_id: "ok", decision: "accept", ...body }, headers);
async function refused(response: Response): Promise<[number, string, string?]> {
  const { code, errors } = await problemOf(response);
  const pointer = errors?.[0]?.pointer;
  return pointer === undefined ? [response.status, code] : [response.status, code, pointer];
}
async function ended(run: string): Promise<Run> {
  await h.driver.waitForEnd(run);
  return read(run);
}
const types = async (run: string) => (await h.driver.events(run)).map(({ type }) => type);

describe("an approval", () => {
  it("shows what it asks and until when, and goes on with the same value when it is accepted", async () => {
    const run = await asked(graph({ message: "Shall it be said?", deadline_s: 3600 }));
    const waits = await read(run);
    const { status, approval } = nodeOf(waits);
    expect([waits.status, status]).toEqual(["waiting", "waiting"]);
    expect(approval).toMatchObject({
      message: "Shall it be said?",
      values: { text: "<draft>" },
      on_deadline: "fail",
    });
    expect(approval).not.toHaveProperty("decision");
    // A run has a deadline of its own, here of a minute.
    expect(approval!.until).toBe(waits.deadlines.run_at);
    expect(waits.status_reason).toBe(`"ok" waits for an answer until ${approval!.until}.`);
    const answer = await resume(run, {});
    expect(answer.status).toBe(202);
    expect(nodeOf(await runOf(answer)).approval!.decision).toBe("accepted");
    const done = await ended(run);
    expect(done.output).toEqual({ said: "<<draft>>", accepted: true });
    expect(await types(run)).toEqual([
      ...["run.queued", "node.dispatched", "run.started", "node.succeeded"],
      ...["node.waiting", "run.waiting", "node.resumed", "node.succeeded", "node.dispatched", "run.resumed"],
      ...["node.succeeded", "run.succeeded"],
    ]);
  });

  it("goes on with another value, and says so", async () => {
    const run = await asked(graph());
    expect((await resume(run, { values: { text: "Other words." } })).status).toBe(202);
    const done = await ended(run);
    expect(done.output).toEqual({ said: "<Other words.>", accepted: true });
    expect(nodeOf(done).approval).toMatchObject({ values: { text: "<draft>" }, decision: "edited" });
  });

  it("fails when it is rejected, with the reason, unless an edge handles that", async () => {
    const run = await asked(graph());
    expect((await resume(run, { decision: "reject", reason: "Too long." })).status).toBe(202);
    const failed = await ended(run);
    expect(failed).toMatchObject({
      status: "failed",
      error: { code: "approval-rejected", detail: "Too long.", instance: "ok" },
    });
    expect(nodeOf(failed).approval!.decision).toBe("rejected");
    const rescue = { id: "rescue", type: "node_work", plane: "node" } as const;
    const handled = graph({}, {}, { edges: [{ from: "ok", to: "rescue", on: "failure" }] });
    const other = await asked({ ...handled, nodes: [...handled.nodes, rescue] });
    await resume(other, { decision: "reject" });
    expect((await ended(other)).nodes.map(({ status }) => status)).toEqual([
      ...["succeeded", "failed", "skipped", "succeeded"],
    ]);
  });

  it("may go on after a rejection, and a loop goes round until it is accepted", async () => {
    const loop = graph(
      { on_reject: "go_on" },
      {},
      {
        groups: { draft: { repeat: { max: 3, until: { eq: ["$ok.accepted", true] } } } },
        output: { said: "$say.text" },
      },
    );
    const [write, ok, say] = loop.nodes;
    const run = await asked({
      ...loop,
      nodes: [{ ...write!, group: "draft" }, { ...ok!, group: "draft" }, say!],
    });
    expect((await resume(run, { node_id: "ok.0", decision: "reject" })).status).toBe(202);
    await until(async () => nodeOf(await read(run), "ok.1")?.status === "waiting");
    expect((await resume(run, { node_id: "ok.1" })).status).toBe(202);
    const done = await ended(run);
    expect(done.output).toEqual({ said: "<<draft>>" });
    expect(done.nodes.map(({ node_id }) => node_id)).toEqual(["write.0", "write.1", "ok.0", "ok.1", "say"]);
  });

  it("asks for each element of a list by itself", async () => {
    const each = graph(
      {},
      { text: "$line.item" },
      {
        input: { lines: "Text[]" },
        groups: { line: { each: "$input.lines", max: 5 } },
        output: { said: "$say.text" },
      },
    );
    const [, ok, say] = each.nodes;
    const run = await asked(
      {
        ...each,
        nodes: [
          { ...ok!, group: "line" },
          { ...say!, group: "line" },
        ],
      },
      { lines: ["a", "b", "c"] },
    );
    expect(await refused(await resume(run, {}))).toEqual([409, "not-waiting", "/node_id"]);
    expect(await refused(await resume(run, { node_id: "ok.3" }))).toEqual([
      422,
      "node-not-found",
      "/node_id",
    ]);
    await resume(run, { node_id: "ok.1", values: { text: "B" } });
    await until(async () => nodeOf(await read(run), "say.1").status === "succeeded");
    expect((await read(run)).status).toBe("waiting");
    await Promise.all([resume(run, { node_id: "ok.0" }), resume(run, { node_id: "ok.2" })]);
    expect((await ended(run)).output).toEqual({ said: ["<a>", "<B>", "<c>"] });
  });

  it("asks nobody unless it is to, and may be the first of a run", async () => {
    const optional = graph({}, { ask: "$input.ask?" });
    const quiet = await ended(await submit(optional));
    expect(quiet.output).toEqual({ said: "<<draft>>", accepted: true });
    expect(nodeOf(quiet)).not.toHaveProperty("approval");
    const chain = {
      id: "again",
      type: "approval",
      plane: "node",
      inputs: { ask: false, text: "$ok.text" },
    } as const;
    const twice = { ...optional, nodes: [...optional.nodes, chain], output: { said: "$again.text" } };
    expect((await ended(await submit(twice, { ask: false }))).output).toEqual({ said: "<draft>" });
    const run = await asked({ ...graph(), nodes: [{ ...chain, inputs: {} }], output: {} });
    expect((await types(run)).slice(0, 4)).toEqual([
      "run.queued",
      "run.started",
      "node.waiting",
      "run.waiting",
    ]);
    expect((await resume(run, { node_id: "again" })).status).toBe(202);
    expect((await ended(run)).status).toBe("succeeded");
  });

  it("takes a file in place of the one that it showed, and keeps it for the run", async () => {
    const put = async () =>
      (await (
        await h.request("/v1/files", { method: "POST", headers: { "content-type": "image/png" }, body: PNG })
      ).json()) as File;
    const [first, second] = [await put(), await put()];
    const shown = graph({}, { image: "$input.image" }, { output: { image: "$ok.image" } });
    const run = await asked(shown, { image: { file_id: first.file_id } });
    const wrong = await resume(run, { values: { image: { file_id: "file_01HZX3VJ8K6Q2W4E5R6T7Y8U9Z" } } });
    expect(await refused(wrong)).toEqual([422, "file-not-found", "/values/image/file_id"]);
    expect(await refused(await resume(run, { values: { image: "face.png" } }))).toEqual([
      ...[422, "invalid-answer", "/values/image"],
    ]);
    expect((await resume(run, { values: { image: { file_id: second.file_id } } })).status).toBe(202);
    const done = await ended(run);
    expect((done.output!.image as Artifact).artifact_id).toBe(second.file_id);
    const { redis, keys } = h.driver;
    expect(await redis.smembers(keys.fileRuns("s0", second.file_id))).toEqual([run]);
    expect(await redis.hget(keys.run("s0", run), "files")).toBe(`${first.file_id} ${second.file_id}`);
  });
});

describe("without an answer in time", () => {
  const soon = { deadline_s: 0.05 };
  const late = async (params: Params): Promise<Run> => ended(await submit(graph({ ...soon, ...params })));

  it("it fails, is rejected or goes on, as its graph says", async () => {
    const [failed, rejected, accepted, replaced] = await Promise.all([
      late({}),
      late({ on_deadline: "reject" }),
      late({ on_deadline: "accept" }),
      late({ on_deadline: "accept", default: { text: "Plain words." } }),
    ]);
    expect(failed.error).toMatchObject({ code: "approval-deadline", class: "deadline", instance: "ok" });
    expect(rejected.error).toMatchObject({ code: "approval-rejected" });
    expect(accepted.output).toEqual({ said: "<<draft>>", accepted: true });
    expect(replaced.output).toEqual({ said: "<Plain words.>", accepted: true });
    for (const run of [failed, rejected, accepted, replaced])
      expect(nodeOf(run).approval!.decision).toBe("expired");
    expect(await refused(await resume(accepted.run_id, {}))).toEqual([409, "answer-too-late"]);
  });

  it("an answer counts before the deadline and not from it on, whoever hears of it first", async () => {
    const run = await asked(graph({ deadline_s: 30, on_deadline: "accept" }));
    const { redis, keys } = h.driver;
    await h.driver.stopDriver();
    // The moment is there, and nobody has heard of it.
    await redis.hset(keys.runNodes("s0", run), "approval:ok", "1");
    expect(await refused(await resume(run, { values: { text: "late" } }))).toEqual([409, "answer-too-late"]);
    const other = await asked2(graph({ deadline_s: 30, on_deadline: "fail" }));
    expect((await resume(other, { values: { text: "in time" } })).status).toBe(202);
    // Its timer was heard all the same, before the answer was.
    await h.driver.tell(other, { kind: "timer", timer: "approval", rest: "ok" });
    await h.driver.tell(run, { kind: "timer", timer: "approval", rest: "ok" });
    h.driver.startDriver();
    expect((await ended(run)).output).toEqual({ said: "<<draft>>", accepted: true });
    expect((await ended(other)).output).toEqual({ said: "<in time>", accepted: true });
  });

  async function asked2(of: Graph): Promise<string> {
    h.driver.startDriver();
    const run = await asked(of);
    await h.driver.stopDriver();
    return run;
  }
});

describe("an answer is refused", () => {
  it("when it does not fit what was asked", async () => {
    const run = await asked(graph({}, { number: 5 }));
    const wrong: [Fields, [number, string, string?]][] = [
      [{ values: { text: 5 } }, [422, "invalid-answer", "/values/text"]],
      [{ values: { text: "  " } }, [422, "invalid-answer", "/values/text"]],
      [{ values: { text: "a".repeat(5001) } }, [422, "invalid-answer", "/values/text"]],
      [{ values: { number: "5" } }, [422, "invalid-answer", "/values/number"]],
      [{ values: { image: {} } }, [422, "invalid-answer", "/values/image"]],
      [{ values: { accepted: false } }, [422, "invalid-answer", "/values/accepted"]],
      [{ values: { "a/b": 1 } }, [422, "invalid-answer", "/values/a~1b"]],
      [{ decision: "reject", values: { text: "a" } }, [422, "invalid-answer", "/values"]],
      [{ decision: "perhaps" }, [400, "invalid-request", "/decision"]],
      [{ node_id: "a b" }, [400, "invalid-request", "/node_id"]],
      [{ text: "a" }, [400, "invalid-request", "/text"]],
      [{ node_id: "nobody" }, [422, "node-not-found", "/node_id"]],
      [{ node_id: "write" }, [409, "not-waiting", "/node_id"]],
      [{ node_id: "say" }, [409, "not-waiting", "/node_id"]],
    ];
    for (const [body, expected] of wrong) expect(await refused(await resume(run, body))).toEqual(expected);
    const nobody = await resume("run_s0_01M825PKC72TAV63HHBZ5GR8JT", {});
    expect(await refused(nobody)).toEqual([404, "run-not-found"]);
    expect((await resume(run, { values: { text: "At last." } })).status).toBe(202);
    expect((await ended(run)).output).toMatchObject({ said: "<At last.>" });
  });

  it("the second time, except for the same one with the same key", async () => {
    const run = await asked(graph());
    const key = { "idempotency-key": "once" };
    await h.driver.stopDriver();
    expect((await resume(run, { values: { text: "one" } }, key)).status).toBe(202);
    expect((await resume(run, { values: { text: "one" } }, key)).status).toBe(202);
    for (const response of [await resume(run, { values: { text: "one" } }), await resume(run, {}, key)])
      expect(await refused(response)).toEqual([409, "already-answered"]);
    h.driver.startDriver();
    expect((await ended(run)).output).toMatchObject({ said: "<one>" });
    expect(await refused(await resume(run, { decision: "reject" }))).toEqual([409, "already-answered"]);
  });

  it("once the run ends or has ended", async () => {
    const run = await asked(graph());
    await h.driver.stopDriver();
    await h.request(`/v1/runs/${run}/cancel`, { method: "POST" });
    expect(await refused(await resume(run, {}))).toEqual([409, "run-finished"]);
    h.driver.startDriver();
    expect((await ended(run)).status).toBe("canceled");
    expect(nodeOf(await read(run)).status).toBe("canceled");
    expect(await refused(await resume(run, {}))).toEqual([409, "run-finished"]);
    const timers = await h.driver.redis.zrange(h.driver.keys.timers("s0"), "0", "-1");
    expect(timers.filter((timer) => timer.includes(run))).toEqual([`retention|${run}|`]);
  });
});

describe("whatever happens meanwhile", () => {
  it("of many answers at once one counts, and a cancel ends the run all the same", async () => {
    const run = await asked(graph());
    const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    const answers = await Promise.all(texts.map((text) => resume(run, { values: { text } })));
    const won = answers.findIndex(({ status }) => status === 202);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(9).fill(409)]);
    expect((await ended(run)).output).toMatchObject({ said: `<${texts[won]}>` });
    const both = await asked(graph());
    await h.driver.stopDriver();
    expect((await resume(both, {})).status).toBe(202);
    expect((await h.request(`/v1/runs/${both}/cancel`, { method: "POST" })).status).toBe(202);
    h.driver.startDriver();
    expect((await ended(both)).status).toBe("canceled");
  });

  it("an answer whose mail is lost, and a deadline whose timer is lost, are found again", async () => {
    const { redis, keys } = h.driver;
    const answered = await asked(graph());
    const forgotten = await asked(graph({ deadline_s: 0.5, on_deadline: "accept" }));
    await h.driver.stopDriver();
    expect((await resume(answered, { values: { text: "kept" } })).status).toBe(202);
    await redis.del(keys.mail("s0"));
    await redis.zrem(keys.timers("s0"), `approval|${forgotten}|ok`);
    h.driver.startDriver();
    expect((await ended(answered)).output).toMatchObject({ said: "<kept>" });
    expect((await ended(forgotten)).output).toMatchObject({ said: "<<draft>>" });
  });

  it("a run that waits longer than its own deadline is timed out", async () => {
    const run = await asked(graph({ on_deadline: "accept" }), {}, { deadlines: { run_s: 0.3 } });
    const error: Partial<Problem> = { code: "run-deadline" };
    expect(await ended(run)).toMatchObject({ status: "timed_out", error });
  });
});
