/** Graphs with loops, played by engine, driver and executor together: each with its result. */
import fc from "fast-check";
import type { Graph, GraphGroup, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { Case, Deed } from "../../test/semantics/graphs.ts";
import { play, quickHub } from "../../test/semantics/play.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { shareWeights, toRunGroups } from "../runs/run-groups.ts";
import { createHubCache } from "./hub.ts";

type Loop = NonNullable<GraphGroup["repeat"]>;

const gives = (outputs: Record<string, unknown>): Deed[] => [{ makes: [], gives: outputs }];
const FAILS: Deed[] = [{ fails: "permanent" }];
const UNTIL: Predicate = { ge: ["$rate.n", 5] };

function node(id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "python_work", plane: "python", inputs, ...more };
}

function looped(repeat: Partial<Loop>, more: Partial<Graph> = {}, others: GraphNode[] = []): Graph {
  const group = { group: "take" };
  const { best } = repeat.carry ?? {};
  return {
    name: "looped",
    groups: { take: { repeat: { max: 4, until: UNTIL, ...repeat } } },
    nodes: [
      node("make", { index: "$take.index", ...(best ? { best: "$take.best" } : {}) }, group),
      node("rate", { x: "$make.v" }, group),
      ...others,
    ],
    output: { v: "$make.v" },
    ...more,
  };
}

/** What every iteration makes, by the ratings that it gets. */
function rated(...ratings: (number | "fails")[]): Case["deeds"] {
  return Object.fromEntries(
    ratings.flatMap((n, k) => [
      [`make.${k}`, gives({ v: `take ${k}` })],
      [`rate.${k}`, n === "fails" ? FAILS : gives({ n })],
    ]),
  );
}

async function run(graph: Graph, deeds: Case["deeds"], input: Record<string, unknown> = {}) {
  const given = { graph, deeds, input, turns: [0.3, 0.9, 0, 0.6] };
  const slow = await play(given, createHubCache(new DriveSaver(() => 0.5), 10));
  const quick = await play(given, quickHub);
  expect([slow.status, slow.output]).toEqual([quick.status, quick.output]);
  return slow;
}

function statuses({ rows }: Awaited<ReturnType<typeof play>>): Record<string, string> {
  return Object.fromEntries(
    [...rows].filter(([, row]) => row.instances === undefined).map(([id, row]) => [id, row.status]),
  );
}

describe("repeat", () => {
  it("goes on until its condition holds, and gives the last value", async () => {
    const played = await run(looped({}), rated(1, 2, 7, 9));
    expect([played.status, played.output]).toEqual(["succeeded", { v: "take 2" }]);
    expect(Object.keys(statuses(played)).toSorted()).toEqual(
      ["make.0", "make.1", "make.2", "rate.0", "rate.1", "rate.2"].toSorted(),
    );
    expect(played.attempts["make.2"]).toEqual([{ index: 2 }]);
  });

  it("fails by itself when the condition is never met, with the group and why", async () => {
    const played = await run(looped({ max: 2 }), rated(1, 2));
    expect([played.status, played.culprit]).toEqual(["failed", "take"]);
    expect(played.error).toMatchObject({
      code: "group-failed",
      detail: "The group take: has not met its condition after 2 iterations.",
    });
  });

  it("takes the last one instead if it shall", async () => {
    expect((await run(looped({ max: 2, else: "last" }), rated(1, 2))).output).toEqual({ v: "take 1" });
    expect((await run(looped({ max: 1, else: "last" }), rated(1))).output).toEqual({ v: "take 0" });
  });

  it("hands on what an iteration made to the next", async () => {
    const carry = { best: { init: { $text: ["begin ", "$input.x"] }, next: "$make.v" } };
    const played = await run(looped({ carry }), rated(1, 2, 7), { x: "here" });
    const seen = [0, 1, 2].map((k) => played.attempts[`make.${k}`]![0]!.best);
    expect(seen).toEqual(["begin here", "take 0", "take 1"]);
  });

  it("begins with what a node made, and looks at others' outputs in its condition", async () => {
    const carry = { best: { init: "$first.v", next: "$make.v" } };
    const until: Predicate = { ge: ["$rate.n", "$least.n"] };
    const graph = looped({ carry, until }, {}, [node("first"), node("least")]);
    const others = { first: gives({ v: "first" }), least: gives({ n: 2 }) };
    const played = await run(graph, { ...rated(1, 2, 3), ...others });
    expect(played.output).toEqual({ v: "take 1" });
    expect(played.attempts["make.0"]).toEqual([{ index: 0, best: "first" }]);
  });

  it("shows nothing outside before it has closed", async () => {
    const after = node("after", { x: "$make.v" });
    const played = await run(looped({}, { output: { v: "$after.x" } }, [after]), {
      ...rated(1, 7),
      after: gives({ x: "end" }),
    });
    expect(played.attempts.after).toEqual([{ x: "take 1" }]);
  });

  it("counts an iteration in which all was skipped as one, and goes on", async () => {
    const graph = looped({ else: "last", max: 3 });
    graph.nodes[0]!.when = { ne: ["$take.index", 0] };
    graph.nodes[1]!.when = { ne: ["$take.index", 0] };
    const played = await run(graph, rated(1, 7));
    expect(statuses(played)).toMatchObject({
      "make.0": "skipped",
      "rate.0": "skipped",
      "make.1": "succeeded",
    });
    expect(played.output).toEqual({ v: "take 1" });
    const never = looped({ until: { has: "$make.v" }, else: "last", max: 3 }, { output: { v: "$make.v?" } });
    for (const each of never.nodes) each.when = { has: "$input.x" };
    const skipped = await run(never, {});
    expect(skipped.status).toBe("succeeded");
    expect(Object.keys(statuses(skipped))).toHaveLength(6);
  });

  it("fails with its nodes, unless somebody follows the failure of the group", async () => {
    expect(await run(looped({}), rated(1, "fails"))).toMatchObject({ status: "failed", culprit: "rate.1" });
    const plan = node("plan_b");
    const edges = [{ from: "take", to: "plan_b", on: "failure" as const }];
    const output = { v: { $any: ["$make.v", "$plan_b.v"] } };
    const graph = looped({ max: 2 }, { edges, output }, [plan]);
    const deeds = { plan_b: gives({ v: "b" }) };
    expect((await run(graph, { ...rated(1, 2), ...deeds })).output).toEqual({ v: "b" });
    expect((await run(graph, { ...rated(1, 7), ...deeds })).output).toEqual({ v: "take 1" });
    const alone = { ...graph, output: { v: "$plan_b.v" } };
    expect((await run(alone, { ...rated(1, "fails"), ...deeds })).output).toEqual({ v: "b" });
  });

  it("is one group to clients, whose share of the progress grows to the whole", async () => {
    const graph = looped({});
    const { rows } = await run(graph, rated(1, 7));
    const fields = Object.fromEntries([...rows].map(([id, row]) => [id, JSON.stringify(row)]));
    expect(toRunGroups(graph, fields)).toEqual([
      { group_id: "take", kind: "repeat", nodes: ["make", "rate"], count: 2, ended: 2, failed: 0 },
    ]);
    expect(shareWeights({ make: 8 }, fields).weights).toMatchObject({ "make.0": 4, "make.1": 4 });
    const open = { make: JSON.stringify({ ...rows.get("make"), instances: 1, of: 4 }) };
    expect(shareWeights({ make: 8 }, open).weights["make.0"]).toBe(2);
  });

  it("comes to what a plain reading of it comes to, however its results arrive", async () => {
    const rating = fc.oneof(
      { weight: 6, arbitrary: fc.nat(6) },
      { weight: 1, arbitrary: fc.constant("fails") },
    );
    const given = fc.record({
      ratings: fc.array(rating, { minLength: 5, maxLength: 5 }),
      max: fc.integer({ min: 1, max: 5 }),
      last: fc.boolean(),
      follows: fc.boolean(),
      turns: fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { minLength: 4, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ ratings, max, last, follows, turns }) => {
        const output = { v: follows ? { $any: ["$make.v", "none"] } : "$make.v" };
        const graph = looped({ max, else: last ? "last" : "fail" }, { output });
        const played = await play({ graph, deeds: rated(...ratings), input: {}, turns });
        const end = ratings.slice(0, max).findIndex((n) => n === "fails" || n >= 5);
        const isDone = end >= 0 ? ratings[end] !== "fails" : last;
        const at = end >= 0 ? end : max - 1;
        // The failure of a node that rates leaves what was made; nobody else may use it but as the last value.
        const made = isDone || (ratings[at] === "fails" && follows) ? `take ${at}` : "none";
        const status = isDone || follows ? "succeeded" : "failed";
        expect(played.status).toBe(status);
        if (status === "succeeded") expect(played.output).toEqual({ v: made });
        expect(Object.keys(statuses(played)).length).toBe(2 * (at + 1));
      }),
      { numRuns: 300 },
    );
  });
});
