/** Races and deadlines, played by engine, driver and executor together: who wins, who is called back, what goes on. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { Case, Deed } from "../../test/semantics/graphs.ts";
import { play, quickHub, type MakeHub, type Played } from "../../test/semantics/play.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { createHubCache } from "./hub.ts";

type Parts = Omit<Graph, "name">;

function node(id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "python_work", plane: "python", inputs, ...more };
}

const V: Deed[] = [{ makes: ["v"] }];
const FAILS: Deed[] = [{ fails: "permanent" }];
const HANGS: Deed[] = [{ hangs: true }];
/** Whose turn it is: the mail that has waited longest, the latest, and a mixture. */
const TURNS = [[0], [0.999], [0.3, 0.9, 0, 0.6]];

async function run(graph: Parts, deeds: Case["deeds"], turns = TURNS[0]!): Promise<Played> {
  const given: Case = { graph: { name: "raced", ...graph }, deeds, input: { list: ["x", "y"] }, turns };
  const slow = await play(given, createHubCache(new DriveSaver(() => 0.5), 10) satisfies MakeHub);
  const quick = await play(given, quickHub);
  expect([slow.status, slow.output]).toEqual([quick.status, quick.output]);
  return slow;
}

function statuses({ rows }: Played): Record<string, string> {
  return Object.fromEntries(
    [...rows].filter(([, row]) => row.instances === undefined).map(([id, row]) => [id, row.status]),
  );
}

const canceled = ({ events }: Played): unknown[] =>
  events.flatMap(({ type, node: id, data }) => (type === "node.canceled" ? [[id, data]] : []));

describe("$first", () => {
  const graph: Parts = {
    nodes: [node("a"), node("b"), node("c", { x: { $first: ["$a.v", "$b.v"] } })],
    output: { v: "$c.v" },
  };

  it("takes what came first, whichever is named first, and cancels the other", async () => {
    for (const [winner, loser] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const played = await run(graph, { [winner]: V, [loser]: HANGS, c: V });
      expect(played.attempts.c).toEqual([{ x: `${winner}.v` }]);
      expect(statuses(played)).toEqual({ [winner]: "succeeded", [loser]: "canceled", c: "succeeded" });
      expect(canceled(played)).toEqual([[loser, { reason: "race" }]]);
    }
  });

  it("is decided once: what the other makes later is nobody's, in one drive as in several", async () => {
    for (const turns of TURNS) {
      const played = await run(graph, { a: V, b: V, c: V }, turns);
      const [first, second] = played.events
        .filter(({ type, node: id }) => type === "node.succeeded" && id !== "c")
        .map(({ node: id }) => id);
      expect(second).toBeUndefined();
      expect(played.attempts.c).toEqual([{ x: `${first}.v` }]);
      expect(played.attempts.c).toHaveLength(1);
    }
  });

  it("goes on without those that fail, and comes to its default when all have", async () => {
    const one = await run(graph, { a: FAILS, b: V, c: V });
    expect([one.attempts.c, statuses(one).a]).toEqual([[{ x: "b.v" }], "failed"]);
    const none = await run(graph, { a: FAILS, b: FAILS, c: V });
    expect([none.status, statuses(none).c]).toEqual(["failed", "skipped"]);
    const nodes = [...graph.nodes.slice(0, 2), node("c", { x: { $first: ["$a.v", "$b.v", "none"] } })];
    expect((await run({ ...graph, nodes }, { a: FAILS, b: FAILS, c: V })).attempts.c).toEqual([
      { x: "none" },
    ]);
    expect((await run({ ...graph, nodes }, { a: V, b: FAILS, c: V })).attempts.c).toEqual([{ x: "a.v" }]);
  });

  it("lets who waits for another try go, too, and issues nothing of a loser", async () => {
    const loser: Deed[] = [{ fails: "retryable" }];
    const played = await run(graph, { a: V, b: loser, c: V }, [0.999, 0.999, 0.999, 0]);
    expect(statuses(played)).toMatchObject({ a: "succeeded", b: "canceled", c: "succeeded" });
  });

  it("calls whole branches back, with tasks of their own, and leaves alone what others need", async () => {
    const branches: Parts = {
      nodes: [
        node("s"),
        node("a", { x: "$s.v" }),
        node("b1", { x: "$s.v" }),
        node("b2", { x: "$b1.v" }),
        node("side", { x: "$b1.v" }, { plane: "node", type: "node_work" }),
      ],
      output: { v: { $first: ["$a.v", "$b2.v"] } },
    };
    const deeds = { s: V, a: V, b1: HANGS, b2: V, side: V };
    // Somebody waits for b1, whoever wins.
    await expect(run(branches, deeds)).rejects.toThrow("does not end");
    const alone = { ...branches, nodes: branches.nodes.slice(0, 4) };
    const played = await run(alone, deeds);
    expect(statuses(played)).toEqual({ s: "succeeded", a: "succeeded", b1: "canceled", b2: "canceled" });
    expect(played.output).toEqual({ v: "a.v" });
    expect(played.tasks.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([["s"], ["a"], ["b1", "b2"]]);
  });

  it("races per index within a list, each with its own winner", async () => {
    const listed: Parts = {
      groups: { g: { each: "$input.list", max: 3 } },
      nodes: [
        node("a", {}, { group: "g" }),
        node("b", {}, { group: "g" }),
        node("c", { x: { $first: ["$a.v", "$b.v"] } }, { group: "g" }),
      ],
      output: { v: "$c.v" },
    };
    const played = await run(listed, { "a.0": V, "b.0": HANGS, "a.1": HANGS, "b.1": V, c: V });
    expect([played.attempts["c.0"], played.attempts["c.1"]]).toEqual([[{ x: "a.0.v" }], [{ x: "b.1.v" }]]);
    expect(statuses(played)).toMatchObject({ "b.0": "canceled", "a.1": "canceled", "a.0": "succeeded" });
    expect(played.output).toEqual({ v: ["c.0.v", "c.1.v"] });
  });

  it("keeps who lost and is used elsewhere, and the winner stays the winner", async () => {
    const used: Parts = {
      nodes: [...graph.nodes, node("late", { x: "$b.v", y: "$c.v" })],
      output: { v: { $first: ["$a.v", "$b.v"] }, late: "$late.v" },
    };
    const played = await run(used, { a: V, b: V, c: V, late: V });
    expect(played.output).toEqual({ v: "a.v", late: "late.v" });
    expect(canceled(played)).toEqual([]);
  });
});

describe("deadline_s", () => {
  const graph: Parts = {
    nodes: [
      node("slow", {}, { deadline_s: 5 }),
      node("quick", {}, {}),
      node("c", { x: { $any: ["$slow.v", "$quick.v"] } }),
    ],
    edges: [{ from: "slow", to: "quick", on: "failure" }],
    output: { v: "$c.v" },
  };

  it("fails what has not ended by then, so that what follows the failure goes on", async () => {
    const played = await run(graph, { slow: HANGS, quick: V, c: V });
    expect(played.output).toEqual({ v: "c.v" });
    expect(statuses(played)).toEqual({ slow: "failed", quick: "succeeded", c: "succeeded" });
    expect(played.rows.get("slow")!.error).toMatchObject({ code: "node-deadline", class: "deadline" });
  });

  it("says nothing of what ended in time, and its failure fails the run where nobody follows it", async () => {
    const played = await run(graph, { slow: V, c: V });
    expect(statuses(played)).toEqual({ slow: "succeeded", quick: "skipped", c: "succeeded" });
    const alone = await run({ nodes: [graph.nodes[0]!], output: {} }, { slow: HANGS });
    expect([alone.status, alone.culprit]).toEqual(["failed", "slow"]);
  });

  it("of a group fails all of its nodes that have not ended, those that have not begun included", async () => {
    const grouped: Parts = {
      groups: { g: { each: "$input.list", max: 3, at_once: 1, deadline_s: 5, on_failure: "skip" } },
      nodes: [node("a", { x: "$g.item" }, { group: "g" }), node("b", { x: "$a.v" }, { group: "g" })],
      output: { v: "$a.v" },
    };
    const played = await run(grouped, { "a.0": V, "b.0": HANGS });
    expect(statuses(played)).toEqual({
      "a.0": "succeeded",
      "b.0": "failed",
      "a.1": "failed",
      "b.1": "failed",
    });
    expect(played.output).toEqual({ v: ["a.0.v"] });
  });

  it("is a default in time together with a race", async () => {
    const first: Parts = {
      nodes: [node("slow", {}, { deadline_s: 5 })],
      output: { v: { $first: ["$slow.v", "none"] } },
    };
    expect((await run(first, { slow: HANGS })).output).toEqual({ v: "none" });
    expect((await run(first, { slow: V })).output).toEqual({ v: "slow.v" });
  });

  it("puts the node into a task of its own", async () => {
    const chain: Parts = {
      nodes: [node("s"), node("slow", { x: "$s.v" }, { deadline_s: 5 }), node("e", { x: "$slow.v" })],
      output: { v: "$e.v" },
    };
    const played = await run(chain, { s: V, slow: V, e: V });
    expect(played.tasks.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([["s"], ["slow"], ["e"]]);
  });
});
