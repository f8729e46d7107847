/** Forks of what ended in other ways, waited, or is going; and that limits, webhooks and repeats count as for any run. */
import type { Delivery, Graph, Run } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { keyHarness } from "../../test/access-harness.ts";
import { problemOf, runOf } from "../../test/app-harness.ts";
import { artifactOf, CHAIN, node, refused, useForks, type Fields } from "../../test/fork-harness.ts";
import { until } from "../../test/until.ts";

const { app, done, failing, hold, read, ended, submit, made, fork, forked, remove, statusOf } =
  useForks("fork-ends");

const statuses = async (run: Run) => {
  const ids = run.artifacts.map(({ artifact_id }) => artifact_id);
  return [...new Set(await Promise.all(ids.map(statusOf)))];
};
const nodeOf = (run: Run, id: string) => run.nodes.find(({ node_id }) => node_id === id)!;

describe("deadlines of what a fork takes over", () => {
  it("are not its own: those of what it does begin anew, also of a group of which a part is done", async () => {
    const timed: Graph = {
      name: "timed",
      groups: { both: { deadline_s: 30 } },
      nodes: [
        node("a", {}, { group: "both", deadline_s: 30 }),
        node("b", { text: "$a.text" }, { group: "both", deadline_s: 30 }),
      ],
      output: { text: "$b.text" },
    };
    const { driver } = app();
    const source = await made(timed);
    const rows = await driver.rows(source.run_id);
    // The first of a group that is done says when the group's time is over.
    expect(rows.a).toMatchObject({ deadline_at: expect.any(Number), group_deadline_at: expect.any(Number) });
    const past = JSON.stringify({ ...rows.a, deadline_at: 1, group_deadline_at: 1 });
    await driver.redis.hset(driver.keys.runNodes("s0", source.run_id), "a", past);
    const run = await forked(source.run_id, "b");
    expect([run.status, done.get(run.run_id)]).toEqual(["succeeded", ["b"]]);
    const { a, b } = await driver.rows(run.run_id);
    expect(a).not.toHaveProperty("deadline_at");
    expect(a).not.toHaveProperty("group_deadline_at");
    const ends = [rows.b!.deadline_at, rows.a!.group_deadline_at] as number[];
    expect(b!.deadline_at).toBeGreaterThan(ends[0]!);
    expect(b!.group_deadline_at).toBeGreaterThan(ends[1]!);
  });
});

describe("a fork of a run with an approval", () => {
  const ASKS: Graph = {
    name: "asks",
    nodes: [
      node("write"),
      { id: "ok", type: "approval", plane: "node", params: {}, inputs: { text: "$write.text" } },
      node("say", { text: "$ok.text" }),
    ],
    output: { text: "$say.text" },
  };
  const resume = (run: string, values?: Fields) =>
    app().post(`/v1/runs/${run}/resume`, {
      node_id: "ok",
      decision: "accept",
      ...(values ? { values } : {}),
    });
  const waits = async (run: string) => {
    await until(async () => (await read(run)).status === "waiting");
    return run;
  };
  const asking = async (...asked: Parameters<typeof fork>) =>
    waits((await runOf(await fork(...asked))).run_id);

  it("takes over what was decided, and asks again when it begins there or before", async () => {
    const source = await waits(await submit(ASKS));
    await resume(source, { text: "Other words." });
    expect((await ended(source)).output).toEqual({ text: "say(Other words.)" });

    const behind = await forked(source, "say");
    expect([behind.output, done.get(behind.run_id)]).toEqual([{ text: "say(Other words.)" }, ["say"]]);
    const { approval, reused_from } = nodeOf(behind, "ok");
    expect(approval).toEqual(nodeOf(await read(source), "ok").approval);
    expect([approval!.decision, reused_from]).toEqual(["edited", source]);

    const again = await asking(source, "ok");
    expect(nodeOf(await read(again), "ok").approval).not.toHaveProperty("decision");
    expect((await resume(again)).status).toBe(202);
    expect((await ended(again)).output).toEqual({ text: "say(write())" });
    expect(done.get(again)).toEqual(["say"]);

    const before = await asking(source, "write", { params: { write: { speed: 2 } } });
    expect(nodeOf(await read(before), "ok").approval!.values).toEqual({ text: "write(2)" });
    await resume(before);
    expect((await ended(before)).output).toEqual({ text: "say(write(2))" });
  });

  it("says of one that it took over that it was answered", async () => {
    const source = await waits(await submit(ASKS));
    await resume(source);
    await ended(source);
    const release = hold();
    const behind = (await runOf(await fork(source, "say"))).run_id;
    expect(await refused(await resume(behind))).toEqual([409, "already-answered"]);
    release();
    expect((await ended(behind)).status).toBe("succeeded");
  });

  it("asks for itself while the other waits, and after that was rejected", async () => {
    const source = await waits(await submit(ASKS));
    const other = await asking(source, "ok");
    await resume(other, { text: "Mine." });
    expect((await ended(other)).output).toEqual({ text: "say(Mine.)" });
    expect((await read(source)).status).toBe("waiting");
    await app().post(`/v1/runs/${source}/resume`, { node_id: "ok", decision: "reject" });
    expect((await ended(source)).status).toBe("failed");
    const mended = await asking(source, "ok");
    await resume(mended);
    expect((await ended(mended)).output).toEqual({ text: "say(write())" });
  });
});

describe("a fork of a run that ended by time", () => {
  it("does what was not done; of one that never began there is nothing", async () => {
    const release = hold();
    const late = await submit(CHAIN, {}, { deadlines: { run_s: 0.5 } });
    expect((await ended(late)).status).toBe("timed_out");
    release();
    expect((await forked(late, "a")).status).toBe("succeeded");
    const lonely: Graph = {
      ...{ name: "lonely", output: {} },
      nodes: [{ id: "a", type: "python_work", plane: "python", inputs: { need: 1 } }],
    };
    const never = await submit(lonely, {}, { deadlines: { start_s: 0.2 } });
    expect((await ended(never)).status).toBe("expired");
    expect(await refused(await fork(never, "nobody"))).toEqual([422, "node-not-found", "/from_node"]);
    const again = await runOf(await fork(never, "a"));
    expect((await read(again.run_id)).status).toBe("queued");
    await app().request(`/v1/runs/${again.run_id}/cancel`, { method: "POST" });
    expect((await ended(again.run_id)).status).toBe("canceled");
  });
});

describe("what forks have of others", () => {
  const LINES: Graph = {
    name: "lines",
    input: { lines: "Text[]" },
    groups: { line: { each: "$input.lines", max: 5 } },
    nodes: [
      node("say", { text: "$line.item" }, { group: "line" }),
      node("film", { text: "$say.text" }, { group: "line" }),
    ],
    output: { image: "$film.image" },
  };

  it.each([
    ["oldest first", [0, 1, 2]],
    ["newest first", [2, 1, 0]],
    ["from the middle", [1, 2, 0]],
  ])("stays through three generations of a list that are removed %s", async (_, order) => {
    const first = await made(LINES, { lines: ["p", "q", "r"] });
    const second = await forked(first.run_id, "film.1");
    const third = await forked(second.run_id, "film.2");
    const all = [first, second, third];
    expect(
      third.artifacts.map(({ run_id }) => all.findIndex((each) => each.run_id === run_id)).toSorted(),
    ).toEqual([...[0, 0, 0, 0, 1, 2]]);
    const there = new Set([0, 1, 2]);
    for (const index of order) {
      expect((await remove(all[index]!.run_id)).status).toBe(204);
      there.delete(index);
      for (const left of there) expect(await statuses(all[left]!), `${index} ${left}`).toEqual([200]);
    }
    for (const each of all) expect(await statuses(each)).toEqual([404]);
  });

  it("is whole or refused when the run is removed at the same time", async () => {
    for (let round = 0; round < 4; round += 1) {
      const source = await made();
      const asked = Array.from({ length: 6 }, () => fork(source.run_id, "c"));
      const removed = remove(source.run_id);
      const answers = await Promise.all([
        ...asked,
        ...Array.from({ length: 6 }, () => fork(source.run_id, "c")),
      ]);
      expect((await removed).status).toBe(204);
      expect(await refused(await fork(source.run_id, "c"))).toEqual([404, "run-not-found"]);
      for (const answer of answers) {
        if (answer.status === 404) continue;
        const run = await ended((await runOf(answer)).run_id);
        expect([run.status, await statuses(run)]).toEqual(["succeeded", [200]]);
        expect(await statusOf(artifactOf(source, "a"))).toBe(200);
      }
    }
  });
});

describe("a fork counts as a run", () => {
  const deliveriesOf = async (run: string) => {
    const answer = await app().request(`/v1/runs/${run}/deliveries`);
    return ((await answer.json()) as { deliveries: Delivery[] }).deliveries.map(({ event }) => event);
  };

  it("once for the same key, also when many ask at once; a submit with that key is another request", async () => {
    const source = await made();
    const key = { "idempotency-key": "once" };
    const many = await Promise.all(
      Array.from({ length: 8 }, () => fork(source.run_id, "c", undefined, { headers: key }).then(runOf)),
    );
    const [run] = new Set(many.map(({ run_id }) => run_id));
    expect(new Set(many.map(({ run_id }) => run_id)).size).toBe(1);
    await ended(run!);
    const other = await app().post("/v1/runs", { graph: CHAIN, input: {} }, key);
    expect((await runOf(other)).run_id).not.toBe(run);
  });

  it("is given again for its key when its source is gone, and for another key or another body there is none", async () => {
    const source = await made();
    const key = { "idempotency-key": "kept" };
    const run = await forked(source.run_id, "c", undefined, { headers: key });
    expect((await remove(source.run_id)).status).toBe(204);
    const again = await fork(source.run_id, "c", undefined, { headers: key });
    expect([again.status, (await runOf(again)).run_id]).toEqual([202, run.run_id]);
    const other = { "idempotency-key": "other" };
    expect(await refused(await fork(source.run_id, "c", undefined, { headers: other }))).toEqual([
      404,
      "run-not-found",
    ]);
    expect(await refused(await fork(source.run_id, "c"))).toEqual([404, "run-not-found"]);
    expect(await refused(await fork(source.run_id, "b", undefined, { headers: key }))).toEqual([
      409,
      "idempotency-conflict",
    ]);
    expect((await remove(run.run_id)).status).toBe(204);
    expect(await refused(await fork(source.run_id, "c", undefined, { headers: key }))).toEqual([
      404,
      "run-not-found",
    ]);
  });

  it("with a webhook of its own, and those of its owner", async () => {
    const webhook = { url: "http://127.0.0.1:9/", events: ["run.succeeded"] };
    const source = await ended(await submit(CHAIN, {}, { webhook }));
    expect(await deliveriesOf(source.run_id)).toEqual(["run.succeeded"]);
    expect(await deliveriesOf((await forked(source.run_id, "c")).run_id)).toEqual([]);
    const own = await forked(source.run_id, "c", undefined, { webhook });
    expect(await deliveriesOf(own.run_id)).toEqual(["run.succeeded"]);
    const owners = { url: "http://127.0.0.1:9/owner", events: ["run.failed"] };
    expect((await app().post("/v1/webhooks", owners)).status).toBe(201);
    failing.add("c");
    const failed = await forked(source.run_id, "c");
    failing.clear();
    expect(await deliveriesOf(failed.run_id)).toEqual(["run.failed"]);
  });

  // The last of the file: from here on nobody is served without a key.
  it("for its key's limits: how many in a minute, and how many at once", async () => {
    const h = app();
    const k = keyHarness(h);
    const { api_key: few } = await k.key("few", { limits: { runs_per_minute: 2 } });
    const { api_key: single } = await k.key("single", { limits: { live_runs: 1 } });
    h.clock.pass(5000);
    const post = (key: string, path: string, body: Fields) =>
      k.as(key, path, {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
      });
    const start = async (key: string) => runOf(await post(key, "/v1/runs", { graph: CHAIN }));
    const forkAs = (key: string, { run_id }: Run) => post(key, `/v1/runs/${run_id}/fork`, { from_node: "a" });

    const source = await start(few);
    await h.driver.waitForEnd(source.run_id);
    const second = await forkAs(few, source);
    expect([second.status, second.headers.get("ratelimit")]).toEqual([
      202,
      expect.stringMatching(/^"runs";r=0/),
    ]);
    const third = await forkAs(few, source);
    expect([third.status, (await problemOf(third)).code]).toEqual([429, "too-many-requests"]);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    const other = await start(single);
    await h.driver.waitForEnd(other.run_id);
    const release = hold();
    const live = await runOf(await forkAs(single, other));
    expect((await forkAs(single, other)).status).toBe(429);
    release();
    await h.driver.waitForEnd(live.run_id);
    expect((await forkAs(single, other)).status).toBe(202);
  });
});
