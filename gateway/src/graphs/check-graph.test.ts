import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Graph, GraphEdge, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { workNodeTypes } from "../../test/app-harness.ts";
import { checkGraph } from "./check-graph.ts";
import { createNamedGraphs } from "./named-graphs.ts";

const options = { nodeTypes: workNodeTypes, pools: ["default", "gpu"] };

function node(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "node_work", plane: "node", ...more };
}

function graph(nodes: GraphNode[], more: Partial<Graph> = {}): Graph {
  return { name: "g", nodes, output: {}, ...more };
}

function edge(from: string, to: string, on: GraphEdge["on"]): GraphEdge {
  return { from, to, on };
}

const python = (id: string, more: Partial<GraphNode> = {}): GraphNode =>
  node(id, { type: "python_work", plane: "python", ...more });

describe("checkGraph", () => {
  it.each(Object.values(GRAPHS))("finds nothing wrong with the shipped graph $name", (shipped) => {
    expect(checkGraph(shipped, options)).toEqual([]);
  });

  it("accepts branches, optional references, constants, failure edges and pools", () => {
    const good = graph(
      [
        node("a", { inputs: { text: "$input.text", image: "$input.picture?" }, params: { speed: 1 } }),
        python("b", { inputs: { need: 3, text: "$a.text?" }, pool: "gpu" }),
        python("c", { inputs: { need: "$a.number" } }),
        node("d", { inputs: { text: "$$5" } }),
      ],
      {
        input: { text: "Text", picture: "Image?" },
        edges: [edge("b", "d", "failure"), edge("c", "d", "always")],
        output: { x: "$b.image", y: "$d.text?" },
      },
    );
    expect(checkGraph(good, options)).toEqual([]);
  });

  const wrong: [name: string, graph: Graph, pointer: string, detail: RegExp][] = [
    ["an unknown type", graph([node("a", { type: "nope" })]), "/nodes/0/type", /no node type/],
    [
      "a name of Object.prototype as type",
      graph([node("a", { type: "constructor" })]),
      "/nodes/0/type",
      /no node type/,
    ],
    [
      "a plane that is not the type's",
      graph([node("a", { plane: "python" })]),
      "/nodes/0/plane",
      /plane "node"/,
    ],
    [
      "params that do not fit",
      graph([node("a", { params: { sped: 1 } })]),
      "/nodes/0/params/sped",
      /not a known field/,
    ],
    [
      "an unknown input",
      graph([node("a", { inputs: { txt: "x" } })]),
      "/nodes/0/inputs/txt",
      /no such input/,
    ],
    ["a missing input", graph([python("a")]), "/nodes/0/inputs/need", /missing/],
    [
      "a constant of the wrong type",
      graph([node("a", { inputs: { text: 5 } })]),
      "/nodes/0/inputs/text",
      /must be string/,
    ],
    [
      "bytes as a constant",
      graph([node("a", { inputs: { image: { key: "runs/other" } } })]),
      "/nodes/0/inputs/image",
      /not from a constant/,
    ],
    [
      "what is no reference",
      graph([node("a", { inputs: { text: "$x" } })]),
      "/nodes/0/inputs/text",
      /neither/,
    ],
    [
      "an unknown node",
      graph([node("a", { inputs: { text: "$b.text" } })]),
      "/nodes/0/inputs/text",
      /no node "b"/,
    ],
    [
      "an unknown output",
      graph([node("a"), node("b", { inputs: { text: "$a.txt" } })]),
      "/nodes/1/inputs/text",
      /no output "txt"/,
    ],
    [
      "an output of Object.prototype",
      graph([node("a"), node("b", { inputs: { text: "$a.constructor" } })]),
      "/nodes/1/inputs/text",
      /no output/,
    ],
    [
      "an unknown input field",
      graph([node("a", { inputs: { text: "$input.x" } })], { input: { y: "Text" } }),
      "/nodes/0/inputs/text",
      /no field "x"/,
    ],
    [
      "an output of another type",
      graph([node("a"), node("b", { inputs: { text: "$a.number" } })]),
      "/nodes/1/inputs/text",
      /Number, but Text/,
    ],
    [
      "an input field of another type",
      graph([node("a", { inputs: { text: "$input.x" } })], { input: { x: "Number" } }),
      "/nodes/0/inputs/text",
      /Number, but Text/,
    ],
    [
      "a required input that may stay empty",
      graph([node("a"), python("b", { inputs: { need: "$a.number?" } })]),
      "/nodes/1/inputs/need",
      /optional/,
    ],
    ["an id twice", graph([node("a"), node("a")]), "/nodes/1/id", /two nodes/],
    ["a node called input", graph([node("input")]), "/nodes/0/id", /input of the run/],
    [
      "a pool that nobody reads",
      graph([python("a", { pool: "x", inputs: { need: 1 } })]),
      "/nodes/0/pool",
      /no pool "x"/,
    ],
    [
      "the gateway's pool for a python node",
      graph([python("a", { pool: "node", inputs: { need: 1 } })]),
      "/nodes/0/pool",
      /belongs/,
    ],
    [
      "a box's pool for a gateway node",
      graph([node("a", { pool: "gpu" })]),
      "/nodes/0/pool",
      /run in the pool "node"/,
    ],
    [
      "an edge from nowhere",
      graph([node("a")], { edges: [edge("x", "a", "success")] }),
      "/edges/0/from",
      /no node "x"/,
    ],
    [
      "an edge to nowhere",
      graph([node("a")], { edges: [edge("a", "x", "success")] }),
      "/edges/0/to",
      /no node "x"/,
    ],
    [
      "a node that waits for itself",
      graph([node("a", { inputs: { text: "$a.text" } })]),
      "/nodes/0",
      /cycle/,
    ],
    [
      "an output of an unknown node",
      graph([node("a")], { output: { x: "$b.text" } }),
      "/output/x",
      /no node "b"/,
    ],
    ["an unknown output field", graph([node("a")], { output: { x: "$a.txt" } }), "/output/x", /no output/],
    [
      "an output that is an input",
      graph([node("a")], { input: { t: "Text" }, output: { x: "$input.t" } }),
      "/output/x",
      /output of a node/,
    ],
    ["an unknown named type", graph([node("a")], { input: { t: "Texxt" } }), "/input/t", /not a named type/],
    [
      "a type called constructor",
      graph([node("a")], { input: { t: "constructor" } }),
      "/input/t",
      /not a named type/,
    ],
    [
      "an unknown input schema",
      graph([node("a")], { input: { $ref: "http://evil/schema.json" } }),
      "/input/$ref",
      /not a shipped schema/,
    ],
    [
      "fields beside a reference",
      graph([node("a")], { input: { $ref: "graphs/talking-avatar.input.schema.json", t: "Text" } }),
      "/input/t",
      /beside/,
    ],
    [
      "a node that needs the same node to succeed and to fail",
      graph([node("a"), node("b", { inputs: { text: "$a.text" } })], { edges: [edge("a", "b", "failure")] }),
      "/nodes/1",
      /can never run/,
    ],
    [
      "a node behind contradicting conditions",
      graph([node("a"), node("b"), node("c")], {
        edges: [edge("a", "b", "success"), edge("a", "c", "failure"), edge("b", "c", "success")],
      }),
      "/nodes/2",
      /can never run/,
    ],
  ];
  it.each(wrong)("refuses %s", (_name, bad, pointer, detail) => {
    const problems = checkGraph(bad, options);
    expect(problems.map((problem) => problem.pointer)).toContain(pointer);
    expect(problems.find((problem) => problem.pointer === pointer)?.detail).toMatch(detail);
    expect(problems).toHaveLength(1);
  });

  const each = { each: "$input.list", max: 3 };
  const list = { input: { list: "Text[]", scenes: "Json[]", name: "Text", n: "Number" } };
  const until = { ge: ["$a.number", 5] as [string, number] };
  const looped = (repeat: object, a: Partial<GraphNode> = {}, others: GraphNode[] = []): Graph =>
    graph([node("a", { group: "g", ...a }), ...others], {
      ...list,
      groups: { g: { repeat: { max: 3, until, ...repeat } } },
    });
  const wrongLoops: [name: string, graph: Graph, pointer: string, detail: RegExp][] = [
    [
      "a loop until something that does not exist",
      looped({ until: { eq: ["$b.text", "x"] } }),
      "/groups/g/repeat/until/eq/0",
      /no node "b"/,
    ],
    [
      "a loop until a comparison of two types",
      looped({ until: { not: { eq: ["$a.text", 1] } } }),
      "/groups/g/repeat/until/not/eq/1",
      /is compared with/,
    ],
    [
      "a loop that hands on what is not its own",
      looped({ carry: { best: { init: "x", next: "$b.text" } } }, {}, [node("b")]),
      "/groups/g/repeat/carry/best/next",
      /an output of a node of the group "g"/,
    ],
    [
      "a loop that hands on an output that does not exist",
      looped({ carry: { best: { init: "x", next: "$a.txt" } } }),
      "/groups/g/repeat/carry/best/next",
      /no output "txt"/,
    ],
    [
      "a loop that begins with another type than it goes on with",
      looped({ carry: { best: { init: 1, next: "$a.text" } } }),
      "/groups/g/repeat/carry/best/init",
      /string|text/,
    ],
    [
      "a loop that begins with nothing",
      looped({ carry: { best: { init: "$input.name?", next: "$a.text" } } }),
      "/groups/g/repeat/carry/best/init",
      /may leave empty/,
    ],
    [
      "a loop that begins with what it makes",
      looped({ carry: { best: { init: "$a.text", next: "$a.text" } } }),
      "/groups/g/repeat/carry/best/init",
      /from outside the group/,
    ],
    [
      "a field called index",
      looped({ carry: { index: { init: "x", next: "$a.text" } } }),
      "/groups/g/repeat/carry/index",
      /cannot be declared/,
    ],
    [
      "a field that a loop does not hand on",
      looped({ carry: { best: { init: "x", next: "$a.text" } } }, { inputs: { text: "$g.item" } }),
      "/nodes/0/inputs/text",
      /no field "item"; it has index, best/,
    ],
    [
      "an input of another type than what is handed on",
      looped({ carry: { best: { init: 1, next: "$a.number" } } }, { inputs: { text: "$g.best" } }),
      "/nodes/0/inputs/text",
      /is of type Number, but Text is needed/,
    ],
    [
      "a loop without nodes",
      graph([node("a")], { groups: { g: { repeat: { max: 3, until } } } }),
      "/groups/g",
      /no members/,
    ],
    [
      "a loop that waits for a node that waits for the loop",
      looped({}, {}, [
        node("all", { inputs: { text: "$a.text" } }),
        node("b", { group: "g", inputs: { text: "$all.text" } }),
      ]),
      "/groups/g/repeat",
      /waits for the whole group/,
    ],
  ];
  it("accepts loops that hand on what they made, and readers of the last value", () => {
    const best = { init: "$first.text", next: "$a.text" };
    const inputs = { text: "$g.best" };
    const good = graph(
      [
        node("first"),
        node("a", { group: "g", inputs, when: { lt: ["$g.index", 3] } }),
        node("b", { group: "g", inputs: { text: "$a.text?" } }),
        node("after", { inputs: { text: "$a.text" } }),
      ],
      {
        ...list,
        groups: { g: { repeat: { max: 3, until: { any: [until, { has: "$input.n" }] }, carry: { best } } } },
        edges: [edge("g", "after", "always")],
        output: { text: "$b.text", last: "$after.text" },
      },
    );
    expect(checkGraph(good, options)).toEqual([]);
  });
  it("says that a condition waits for its own loop", () => {
    const bad = looped({ until: { eq: ["$all.text", "x"] } }, {}, [
      node("all", { inputs: { text: "$a.text" } }),
    ]);
    expect(checkGraph(bad, options)[0]?.detail).toMatch(/cycle/);
  });
  const wrongForms: [name: string, graph: Graph, pointer: string, detail: RegExp][] = [
    ["a group without members", graph([node("a")], { groups: { g: {} } }), "/groups/g", /no members/],
    [
      "a group that is called as a node",
      graph([node("a", { group: "a" })], { groups: { a: {} } }),
      "/groups/a",
      /names a node and a group/,
    ],
    ["a member of no group", graph([node("a", { group: "g" })]), "/nodes/0/group", /no group "g"/],
    [
      "a group over what is no list",
      graph([node("a", { group: "g" })], { ...list, groups: { g: { each: "$input.name", max: 3 } } }),
      "/groups/g/each",
      /is of type Text, but a list is needed/,
    ],
    [
      "a group over what does not exist",
      graph([node("a", { group: "g" })], { ...list, groups: { g: { each: "$input.nope", max: 3 } } }),
      "/groups/g/each",
      /no field "nope"/,
    ],
    [
      "a group over its own member's outputs",
      graph([node("a", { group: "g", inputs: { text: "$g.item" } })], {
        groups: { g: { each: "$a.text", max: 3 } },
      }),
      "/nodes/0",
      /cycle/,
    ],
    [
      "fields of elements that have none",
      graph([node("a", { group: "g" })], { ...list, groups: { g: { ...each, item: { x: "Text" } } } }),
      "/groups/g/item",
      /of type Text, which has no fields/,
    ],
    [
      "a field of an unknown type",
      graph([node("a", { group: "g" })], {
        ...list,
        groups: { g: { each: "$input.scenes", max: 3, item: { x: "Texxt" } } },
      }),
      "/groups/g/item/x",
      /not a named type/,
    ],
    [
      "a field of a group that it has not",
      graph([node("a", { group: "g", inputs: { text: "$g.x" } })], { ...list, groups: { g: each } }),
      "/nodes/0/inputs/text",
      /no field "x"; it has index, item/,
    ],
    [
      "a field of a group from outside",
      graph([node("a", { group: "g" }), node("b", { inputs: { text: "$g.item" } })], {
        ...list,
        groups: { g: each },
      }),
      "/nodes/1/inputs/text",
      /for its own nodes only/,
    ],
    [
      "one of a list where one is needed",
      graph([node("a", { group: "g" }), node("b", { inputs: { text: "$a.text" } })], {
        ...list,
        groups: { g: each },
      }),
      "/nodes/1/inputs/text",
      /is of type Text\[\], but Text is needed/,
    ],
    [
      "indices that wait for the whole group",
      graph(
        [
          node("a", { group: "g" }),
          node("all", { inputs: {} }),
          node("b", { group: "g", inputs: { text: "$all.text" } }),
        ],
        { ...list, groups: { g: { ...each, at_once: 1 } }, edges: [edge("a", "all", "always")] },
      ),
      "/groups/g/at_once",
      /waits for the whole group/,
    ],
    ...wrongLoops,
    [
      "an engine that a field chooses which does not exist",
      graph([node("a", { engine: "$input.nope" })], list),
      "/nodes/0/engine",
      /no field "nope"/,
    ],
    [
      "an engine that is chosen by a number",
      graph([node("a", { engine: "$input.n" })], list),
      "/nodes/0/engine",
      /is of type Number, but Text is needed/,
    ],
    [
      "a condition about something that does not exist",
      graph([node("a", { when: { all: [{ has: "$input.nope" }] } })], list),
      "/nodes/0/when/all/0/has",
      /no field "nope"/,
    ],
    [
      "a condition about a node that does not exist",
      graph([node("a", { when: { not: { gt: ["$b.number", 1] } } })]),
      "/nodes/0/when/not/gt/0",
      /no node "b"/,
    ],
    [
      "a comparison of two types",
      graph([node("a", { when: { eq: ["$input.n", "1"] } })], list),
      "/nodes/0/when/eq/1",
      /is of type Text, and is compared with Number/,
    ],
    [
      "a comparison of a list",
      graph([node("a", { when: { eq: ["$input.list", "1"] } })], list),
      "/nodes/0/when/eq/0",
      /only texts, numbers and booleans/,
    ],
    [
      "a choice that is no list",
      graph([node("a", { when: { in: ["$input.name", "x"] } })], list),
      "/nodes/0/when/in/1",
      /must be the list/,
    ],
    [
      "a node that waits for itself in its condition",
      graph([node("a", { when: { has: "$a.text" } })]),
      "/nodes/0",
      /cycle/,
    ],
    [
      "a reference in params",
      graph([node("a", { params: { speed: "$input.n" } })], list),
      "/nodes/0/params/speed",
      /no reference but text/,
    ],
    [
      "a reference deep in params",
      graph([node("a", { params: { speed: { a: ["as $input.n says"] } } })], list),
      "/nodes/0/params/speed/a/0",
      /"\$input" would be no reference/,
    ],
    [
      "a reference inside a longer text",
      graph([node("a", { inputs: { text: "Hello $input.name!" } })], list),
      "/nodes/0/inputs/text",
      /no reference but text/,
    ],
    [
      "a reference inside a text after a literal $",
      graph([node("a", { inputs: { text: "$$5 for $input.name" } })], list),
      "/nodes/0/inputs/text",
      /no reference but text/,
    ],
    [
      "a reference in braces in params",
      graph([node("a", { params: { speed: "${input.n}" } })], list),
      "/nodes/0/params/speed",
      /"\$\{input" would be no reference/,
    ],
    [
      "a reference in braces inside a longer text",
      graph([node("a", { inputs: { text: "Hello ${ input.name }!" } })], list),
      "/nodes/0/inputs/text",
      /no reference but text/,
    ],
    [
      "a reference inside a part of a text",
      graph([node("a", { inputs: { text: { $text: ["Hello $input.name", "!"] } } })], list),
      "/nodes/0/inputs/text/$text/0",
      /no reference but text/,
    ],
    [
      "a reference inside a text of a condition",
      graph([node("a", { when: { in: ["$input.name", ["x", "not $input.name"]] } })], list),
      "/nodes/0/when/in/1/1",
      /no reference but text/,
    ],
    [
      "an unknown form",
      graph([node("a", { inputs: { text: { $best: ["$input.name"] } } })], list),
      "/nodes/0/inputs/text/$best",
      /is no form/,
    ],
    [
      "a form of nothing",
      graph([node("a", { inputs: { text: { $any: [] } } })], list),
      "/nodes/0/inputs/text/$any",
      /list of 1 to 50/,
    ],
    [
      "an alternative of another type",
      graph([node("a", { inputs: { text: { $any: ["$input.n", "x"] } } })], list),
      "/nodes/0/inputs/text/$any/0",
      /Number, but Text/,
    ],
    [
      "a part of a text that is no text",
      graph([node("a", { inputs: { text: { $text: ["a", "$input.list"] } } })], list),
      "/nodes/0/inputs/text/$text/1",
      /no part of a text/,
    ],
    [
      "a required input whose last alternative may be missing",
      graph([python("a", { inputs: { need: { $any: ["$input.n", "$input.n?"] } } })], list),
      "/nodes/0/inputs/need",
      /optional/,
    ],
    [
      "a race with a constant that is not the last",
      graph([node("a"), node("b", { inputs: { text: { $first: ["x", "$a.text"] } } })], list),
      "/nodes/1/inputs/text/$first/0",
      /always be first/,
    ],
    [
      "a race with an input that is not the last",
      graph([node("a"), node("b", { inputs: { text: { $first: ["$input.name", "$a.text"] } } })], list),
      "/nodes/1/inputs/text/$first/0",
      /always be first/,
    ],
    [
      "a race with a field of its own group",
      graph([node("a", { group: "g", inputs: { text: { $first: ["$g.item", "x"] } } })], {
        ...list,
        groups: { g: each },
      }),
      "/nodes/0/inputs/text/$first/0",
      /always be first/,
    ],
    [
      "a race with a form",
      graph([node("a"), node("b", { inputs: { text: { $first: [{ $any: ["$a.text"] }] } } })], list),
      "/nodes/1/inputs/text/$first/0",
      /is a form/,
    ],
    [
      "a race with a list",
      graph([node("a", { group: "g" })], {
        ...list,
        groups: { g: each },
        output: { x: { $first: ["$a.text"] } },
      }),
      "/output/x/$first/0",
      /is a list/,
    ],
    [
      "a race with the last of a loop",
      graph([node("a", { group: "g" })], {
        groups: { g: { repeat: { max: 3, until: { has: "$a.text" } } } },
        output: { x: { $first: ["$a.text"] } },
      }),
      "/output/x/$first/0",
      /last of a loop/,
    ],
    [
      "a race with somebody who is not there",
      graph([node("a"), node("b", { inputs: { text: { $first: ["$a.text", "$c.text"] } } })]),
      "/nodes/1/inputs/text/$first/1",
      /no node "c"/,
    ],
    [
      "a race with an output of another type",
      graph([node("a"), node("b", { inputs: { text: { $first: ["$a.number"] } } })]),
      "/nodes/1/inputs/text/$first/0",
      /Number, but Text/,
    ],
    [
      "a race with an approval",
      graph([node("a", { type: "approval", inputs: { text: "x" } })], {
        output: { x: { $first: ["$a.text"] } },
      }),
      "/output/x/$first/0",
      /decided by a person/,
    ],
    [
      "an approval with a deadline beside its own",
      graph([node("a", { type: "approval", inputs: { text: "x" }, deadline_s: 5 })]),
      "/nodes/0/deadline_s",
      /in the params/,
    ],
    [
      "a race of nobody",
      graph([node("a"), node("b", { inputs: { text: { $first: [] } } })]),
      "/nodes/1/inputs/text/$first",
      /list of 1 to 50/,
    ],
    [
      "a required input whose race may come to nothing",
      graph([node("a"), python("b", { inputs: { need: { $first: ["$a.number?"] } } })]),
      "/nodes/1/inputs/need",
      /optional/,
    ],
    [
      "an output of constants alone",
      graph([node("a")], { output: { x: { $any: ["b"] } } }),
      "/output/x",
      /output of a node/,
    ],
    [
      "files in data that a node makes",
      graph([node("a", { group: "g" }), node("m")], {
        groups: { g: { each: "$m.data", max: 3, item: { x: "Image" } } },
      }),
      "/groups/g/item/x",
      /graph's input only/,
    ],
  ];
  it.each(wrongForms)("refuses %s", (_name, bad, pointer, detail) => {
    const problems = checkGraph(bad, options);
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
    expect(problems[0]!.detail).toMatch(detail);
  });

  const graphs = createNamedGraphs(
    [
      graph([node("a", { inputs: { text: "$input.text?" } })], {
        ...{ name: "talk", input: { text: "Text?" }, output: { text: "$a.text" } },
      }),
    ],
    options,
  );
  const said = (more: Partial<GraphNode> = {}): GraphNode => ({ id: "said", graph: "talk", ...more });
  it.each([
    [
      "a graph",
      graph([node("a"), said(), node("c", { inputs: { text: { $first: ["$a.text", "$said.text"] } } })]),
      "/nodes/2/inputs/text/$first/1",
    ],
    [
      "a graph, in a form within a form",
      graph([said(), node("c", { inputs: { text: { $text: ["x", { $first: ["$said.text", "y"] }] } } })]),
      "/nodes/1/inputs/text/$text/1/$first/0",
    ],
    [
      "a graph of the same list",
      graph(
        [
          said({ group: "g" }),
          node("c", { group: "g", inputs: { text: { $first: ["$said.text", "$g.item"] } } }),
        ],
        { ...list, groups: { g: each } },
      ),
      "/nodes/1/inputs/text/$first/0",
    ],
    [
      "a graph, for the output",
      graph([node("a"), said()], { output: { x: { $first: ["$said.text", "$a.text"] } } }),
      "/output/x/$first/0",
    ],
    [
      "a graph, for what a graph is given",
      graph([said(), { ...said(), id: "b", inputs: { text: { $first: ["$said.text"] } } }]),
      "/nodes/1/inputs/text/$first/0",
    ],
  ])("refuses a race with %s", (_name, bad, pointer) => {
    const problems = checkGraph(bad, { ...options, graphs });
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
    expect(problems[0]!.detail).toMatch(/is made by a graph; only outputs of single nodes race/);
  });

  it("accepts conditions, forms and groups that fit", () => {
    const good = graph(
      [
        node("a", { group: "g", inputs: { text: "$g.item" }, when: { lt: ["$g.index", 2] } }),
        node("b", { group: "g", inputs: { text: { $any: ["$a.text", { $text: ["no ", "$g.index"] }] } } }),
        node("c", { group: "h", inputs: { text: "$h.text", image: "$h.picture?" } }),
        node("d", { inputs: { text: "costs $5, or US$ 6" }, when: { ne: ["$input.name", "$$cheap"] } }),
        node("e", { group: "g", inputs: { text: { $first: ["$a.text", "$b.text", "$g.item"] } } }),
        node("f", { inputs: { text: { $text: ["by ", { $first: ["$d.text", "$input.name"] }] } } }),
      ],
      {
        ...list,
        groups: { g: each, h: { each: "$input.scenes", max: 3, item: { text: "Text", picture: "Image?" } } },
        edges: [edge("g", "d", "failure"), edge("c", "d", "always")],
        output: { texts: "$b.text", one: { $any: ["$d.text", "none"] } },
      },
    );
    expect(checkGraph(good, options)).toEqual([]);
  });

  it("names the nodes of a cycle, not those that only hang behind it", () => {
    const nodes = ["a", "b", "c", "d"].map((id) => node(id));
    const edges = [
      edge("a", "b", "success"),
      edge("b", "c", "success"),
      edge("c", "b", "always"),
      edge("c", "d", "success"),
    ];
    const problems = checkGraph(graph(nodes, { edges }), options);
    expect(problems.map((problem) => problem.pointer)).toEqual(["/nodes/1", "/nodes/2"]);
  });

  it("tells all problems at once", () => {
    const bad = graph([
      node("a", { type: "nope" }),
      node("b", { plane: "python", inputs: { text: 1, nope: 2 } }),
    ]);
    expect(checkGraph(bad, options).map((problem) => problem.pointer)).toEqual([
      "/nodes/0/type",
      "/nodes/1/plane",
      "/nodes/1/inputs/text",
      "/nodes/1/inputs/nope",
    ]);
  });

  it("looks at 200 nodes in one line with a few looks at each", () => {
    const nodes = Array.from({ length: 200 }, (_, i) =>
      node(`n${i}`, i === 0 ? {} : { inputs: { text: `$n${i - 1}.text` } }),
    );
    let looks = 0;
    const counted = {
      ...workNodeTypes,
      get: (type: string) => {
        looks += 1;
        return workNodeTypes.get(type);
      },
    };
    expect(checkGraph(graph(nodes.reverse()), { ...options, nodeTypes: counted })).toEqual([]);
    expect(looks).toBeLessThan(10 * nodes.length);
  });
});
