/** Forks over HTTP: what is done again, what is taken over, and that this stays when its maker goes. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { File, Graph, Run, RunToken } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { keyHarness } from "../../test/access-harness.ts";
import { PNG, runOf } from "../../test/app-harness.ts";
import { artifactOf, CHAIN, node, refused, useForks, type Fields } from "../../test/fork-harness.ts";
import { until } from "../../test/until.ts";
import { systemClock } from "../clock.ts";
import { readStorage } from "../health/storage.ts";
import { removeLeftBytes } from "./run-bytes.ts";

const { app, done, failing, hold, read, ended, made, fork, forked, remove, statusOf } = useForks("forks");

describe("a fork", () => {
  it("does a node again and all behind it, with the same result, and shows where it comes from", async () => {
    const source = await made();
    const answer = await fork(source.run_id, "b", undefined, { tags: ["again"] });
    expect(answer.headers.get("location")).toMatch(/^\/v1\/runs\/run_s0_/);
    const run = await ended((await runOf(answer)).run_id);
    expect(done.get(run.run_id)!.toSorted()).toEqual(["b", "c"]);
    expect(run).toMatchObject({
      ...{ status: "succeeded", graph_digest: source.graph_digest, tags: ["again"] },
      output: { text: source.output!.text },
      forked_from: { run_id: source.run_id, node_id: "b" },
    });
    expect(run.nodes.map(({ node_id, reused_from }) => [node_id, reused_from])).toEqual([
      ...[
        ["a", source.run_id],
        ["b", undefined],
        ["side", source.run_id],
        ["c", undefined],
      ],
    ]);
    expect((await read(source.run_id)).forks).toEqual([run.run_id]);
    const makers = run.artifacts.map(({ node_id, run_id }) => [node_id, run_id]);
    expect(makers.toSorted()).toEqual([
      ...[
        ["a", source.run_id],
        ["b", run.run_id],
        ["c", run.run_id],
        ["side", source.run_id],
      ],
    ]);
  });

  it("takes other input and params, does again what they change, and nothing else", async () => {
    const source = await made(CHAIN, { a: "x", c: "y" });
    const other = await forked(source.run_id, "c", { input: { c: "z" }, params: { side: { speed: 2 } } });
    expect(done.get(other.run_id)!.toSorted()).toEqual(["c", "side"]);
    expect(other.output!.text).toBe("c(b(a(x))z)");
    expect(other.input).toEqual({ a: "x", c: "z" });
    expect(other.graph_digest).not.toBe(source.graph_digest);
    const less = await forked(other.run_id, "side", {
      input: { c: null },
      params: { side: { speed: null } },
    });
    expect(less.output!.text).toBe("c(b(a(x)))");
    expect(less.graph_digest).toBe(source.graph_digest);
    expect(less.input).toEqual({ a: "x" });
    const whole = await forked(source.run_id, "c", { input: { a: "new" } });
    expect(done.get(whole.run_id)!.toSorted()).toEqual(["a", "b", "c", "side"]);
  });

  it("begins at one index of a list", async () => {
    const lines: Graph = {
      name: "lines",
      input: { lines: "Text[]" },
      groups: { line: { each: "$input.lines", max: 5 } },
      nodes: [
        node("say", { text: "$line.item" }, { group: "line" }),
        node("film", { text: "$say.text" }, { group: "line" }),
        node("end"),
      ],
      output: { text: "$film.text" },
    };
    const source = await made(lines, { lines: ["p", "q", "r"] });
    const one = await forked(source.run_id, "film.1");
    expect(done.get(one.run_id)).toEqual(["film.1"]);
    const other = await forked(source.run_id, "say.2", { input: { lines: ["p", "q", "R", "s"] } });
    expect(done.get(other.run_id)!.toSorted()).toEqual(["film.2", "film.3", "say.2", "say.3"]);
    expect(other.output!.text).toEqual([
      ...["film.0(say.0(p))", "film.1(say.1(q))", "film.2(say.2(R))", "film.3(say.3(s))"],
    ]);
    expect(await refused(await fork(source.run_id, "say.3"))).toEqual([422, "node-not-found", "/from_node"]);
  });

  it("begins within a graph that is a node of the graph, or at all of it", async () => {
    const outer: Graph = {
      name: "outer",
      input: { tone: "Text?" },
      nodes: [
        node("write"),
        { id: "scene", graph: "said", inputs: { text: "$write.text", tone: "$input.tone?" } },
        node("end", { text: "$scene.text" }),
      ],
      output: { text: "$end.text" },
    };
    const source = await made(outer, { tone: "x" });
    expect(source.output!.text).toBe("end(scene.film(scene.say(write())x))");
    const inner = await forked(source.run_id, "scene.film", { params: { "scene.film": { speed: 2 } } });
    expect(done.get(inner.run_id)).toEqual(["scene.film", "end"]);
    expect(inner.output!.text).toBe("end(scene.film(scene.say(write())x,2))");
    const whole = await forked(source.run_id, "scene", { input: { tone: "y" } });
    expect(done.get(whole.run_id)).toEqual(["scene.say", "scene.film", "end"]);
    expect(whole.output!.text).toBe("end(scene.film(scene.say(write())y))");
    expect(whole.graph_digest).toBe(source.graph_digest);
    const wrong: [Fields, string][] = [
      [{ "scene.film": { tempo: 1 } }, "/patch/params/scene.film/tempo"],
      [{ scene: { speed: 1 } }, "/patch/params/scene"],
    ];
    for (const [params, pointer] of wrong) {
      const answer = await refused(await fork(source.run_id, "end", { params }));
      expect(answer).toEqual([422, expect.any(String), pointer]);
    }
  });

  it("takes over how a race ended, and runs it again when it begins at one of those in it", async () => {
    const race: Graph = {
      name: "race",
      nodes: [
        node("a"),
        // Nobody takes it: it is called back when the other was first.
        { ...node("b", { need: 1 }), type: "python_work", plane: "python" },
        node("c", { text: { $first: ["$a.text", "$b.text"] } }),
      ],
      output: { text: "$c.text" },
    };
    const source = await made(race);
    const behind = await forked(source.run_id, "c");
    expect(done.get(behind.run_id)).toEqual(["c"]);
    expect(behind.nodes.map(({ status }) => status)).toEqual(["succeeded", "canceled", "succeeded"]);
    const again = await forked(source.run_id, "a");
    expect(done.get(again.run_id)).toEqual(["a", "c"]);
    expect([behind.output!.text, again.output!.text]).toEqual(["c(a())", "c(a())"]);
  });

  it("comes from a run that failed, was canceled, or has not ended, and from a fork", async () => {
    const h = app();
    failing.add("b");
    const failed = await made();
    failing.clear();
    expect(failed.status).toBe("failed");
    const mended = await forked(failed.run_id, "b");
    expect(mended.output!.text).toBe("c(b(a()))");
    expect(done.get(mended.run_id)).not.toContain("a");
    const release = hold();
    const slow = await runOf(await h.post("/v1/runs", { graph: CHAIN }));
    await until(async () => done.get(slow.run_id));
    const early = await runOf(await fork(slow.run_id, "a"));
    await h.request(`/v1/runs/${slow.run_id}/cancel`, { method: "POST" });
    release();
    expect((await ended(early.run_id)).output!.text).toBe("c(b(a()))");
    expect((await ended(slow.run_id)).status).toBe("canceled");
    expect((await forked(slow.run_id, "a")).status).toBe("succeeded");
    const second = await forked(mended.run_id, "c");
    expect(done.get(second.run_id)).toEqual(["c"]);
    expect(second.nodes[0]!.reused_from).toBe(failed.run_id);
    expect(second.nodes[1]!.reused_from).toBe(mended.run_id);
  });

  it("is the same for the same key, and counts by itself for each run", async () => {
    const [one, other] = [await made(), await made()];
    const key = { "idempotency-key": "again" };
    const first = await runOf(await fork(one.run_id, "c", undefined, { headers: key }));
    expect((await runOf(await fork(one.run_id, "c", undefined, { headers: key }))).run_id).toBe(first.run_id);
    expect(await refused(await fork(one.run_id, "b", undefined, { headers: key }))).toEqual([
      409,
      "idempotency-conflict",
    ]);
    expect((await runOf(await fork(other.run_id, "c", undefined, { headers: key }))).run_id).not.toBe(
      first.run_id,
    );
    expect((await read(one.run_id)).forks).toEqual([first.run_id]);
  });

  it("is refused with a pointer", async () => {
    failing.add("a");
    const source = await made(CHAIN, { a: "x" });
    failing.clear();
    const wrong: [Promise<Response>, [number, string, string?]][] = [
      [fork("run_s0_01M825PKC72TAV63HHBZ5GR8JT", "a"), [404, "run-not-found"]],
      [fork(source.run_id, "nobody"), [422, "node-not-found", "/from_node"]],
      [fork(source.run_id, "task:a"), [400, "invalid-request", "/from_node"]],
      [fork(source.run_id, "b"), [409, "node-not-run", "/from_node"]],
      [fork(source.run_id, "a", { params: { z: {} } }), [422, "invalid-patch", "/patch/params/z"]],
      [
        fork(source.run_id, "a", { params: { b: { tempo: 1 } } }),
        [422, "invalid-graph", "/patch/params/b/tempo"],
      ],
      [fork(source.run_id, "a", { input: { a: 5 } }), [422, "invalid-input", "/patch/input/a"]],
      [fork(source.run_id, "a", { input: { q: 5 } }), [422, "invalid-input", "/patch/input/q"]],
      [fork(source.run_id, "a", { graph: {} }), [400, "invalid-request", "/patch/graph"]],
      [
        fork(source.run_id, "a", undefined, { webhook: { url: "http://10.0.0.1/" } }),
        [422, "unfit-webhook", "/webhook/url"],
      ],
    ];
    for (const [response, expected] of wrong) expect(await refused(await response)).toEqual(expected);
    expect(await read(source.run_id)).not.toHaveProperty("forks");
  });
});

describe("what a fork has taken over", () => {
  const left = async (run: Run) => {
    const heads = await Promise.all(run.artifacts.map(({ key }) => app().store.head(key)));
    return heads.filter((head) => head !== undefined).length;
  };

  const artifactsKept = async () => {
    const { redis, keys } = app().driver;
    return (await readStorage({ redis, keys, shards: ["s0"] })).total;
  };

  it("stays when its maker is removed, for as long as a fork has it", async () => {
    const h = app();
    const before = await artifactsKept();
    const kept = async () => {
      const now = await artifactsKept();
      return [now.artifacts - before.artifacts, now.artifact_bytes - before.artifact_bytes];
    };
    const source = await made();
    const first = await forked(source.run_id, "c");
    const second = await forked(first.run_id, "side");
    const [a, own, c] = [artifactOf(source, "a"), artifactOf(source, "c"), artifactOf(first, "c")];
    // What forks take over counts once: four of the source, one of each fork.
    expect((await kept())[0]).toBe(6);
    expect((await remove(source.run_id)).status).toBe(204);
    expect(await Promise.all([statusOf(a), statusOf(own), statusOf(c)])).toEqual([200, 404, 200]);
    expect((await kept())[0]).toBe(5);
    expect(await left(source)).toBe(3);
    expect((await read(first.run_id)).forked_from).toEqual({ run_id: source.run_id, node_id: "c" });
    expect((await remove(first.run_id)).status).toBe(204);
    // Another fork has both, of a maker that is gone and of one that went now.
    expect(await Promise.all([statusOf(a), statusOf(c)])).toEqual([200, 200]);
    expect((await forked(second.run_id, "c")).status).toBe("succeeded");
    const last = (await read(second.run_id)).forks![0]!;
    expect((await remove(second.run_id)).status).toBe(204);
    expect(await statusOf(a)).toBe(200);
    expect((await remove(last)).status).toBe(204);
    expect(await statusOf(a)).toBe(404);
    expect(await kept()).toEqual([0, 0]);
    const { redis, keys } = h.driver;
    const stores = { redis, keys, store: h.store, clock: systemClock };
    for (const run of [source, first, second]) {
      expect(await redis.exists(keys.folderRuns("s0", run.run_id))).toBe(0);
      // The driver may be at the same timer, and have moved it ahead meanwhile: then it is not ended by this.
      await until(async () => {
        await removeLeftBytes(stores, run.run_id);
        return (await redis.zscore(keys.timers("s0"), timerMembers.folder(run.run_id))) === null || undefined;
      });
      expect(await left(run)).toBe(0);
    }
  });

  it("is not taken from a run that is being removed", async () => {
    const h = app();
    const source = await made();
    const { redis, keys } = h.driver;
    await redis.hset(keys.run("s0", source.run_id), "removing", "1");
    expect(await refused(await fork(source.run_id, "c"))).toEqual([404, "run-not-found"]);
    expect((await remove(source.run_id)).status).toBe(204);
  });

  it("needs an upload only where somebody looks at it again", async () => {
    const h = app();
    const file = (await (
      await h.request("/v1/files", { method: "POST", headers: { "content-type": "image/png" }, body: PNG })
    ).json()) as File;
    const source = await made(CHAIN, { image: { file_id: file.file_id } });
    expect((await h.request(`/v1/files/${file.file_id}`, { method: "DELETE" })).status).toBe(204);
    expect((await forked(source.run_id, "b")).status).toBe("succeeded");
    expect(await refused(await fork(source.run_id, "a"))).toEqual([
      422,
      "file-not-found",
      "/patch/input/image",
    ]);
    expect((await forked(source.run_id, "a", { input: { image: null } })).status).toBe("succeeded");
  });

  // The last of the file: from here on nobody is served without a key.
  it("is read with the fork's own token, and nothing else of its maker", async () => {
    const h = app();
    const k = keyHarness(h);
    const [ann, bob] = [(await k.key("ann")).api_key, (await k.key("bob")).api_key];
    h.clock.pass(5000);
    const post = (key: string, path: string, body: Fields = {}) =>
      k.as(key, path, {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
      });
    const endedAs = async (response: Response) => {
      const { run_id } = await runOf(response);
      await h.driver.waitForEnd(run_id);
      return runOf(await k.as(ann, `/v1/runs/${run_id}`));
    };
    const source = await endedAs(await post(ann, "/v1/runs", { graph: CHAIN }));
    const path = `/v1/runs/${source.run_id}/fork`;
    expect((await post(bob, path, { from_node: "c" })).status).toBe(404);
    const run = await endedAs(await post(ann, path, { from_node: "c" }));
    const { token } = (await (await post(ann, `/v1/runs/${run.run_id}/token`)).json()) as RunToken;
    const read = async (made: Run, id: string) =>
      (await h.request(`/v1/artifacts/${artifactOf(made, id)}/content?token=${token}`)).status;
    expect([await read(run, "a"), await read(run, "c"), await read(source, "c")]).toEqual([200, 200, 404]);
    expect((await k.as(ann, `/v1/runs/${source.run_id}`, { method: "DELETE" })).status).toBe(204);
    expect([await read(run, "a"), await read(source, "a")]).toEqual([200, 200]);
  });
});
