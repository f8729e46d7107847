/** What becomes of tasks before, beside and without the work of handlers, on either plane. */
import { toNode, type NodeSpec } from "./nodes.ts";
import { failed, made, UNEXPECTED, UNFIT, wrongInput, type Case } from "./expected.ts";

const judged = (name: string, nodes: NodeSpec[], ...lines: string[]): Case => ({
  name,
  nodes,
  lines: ["settled; began nothing", ...lines],
});
const AHEAD = { ahead: [toNode({ id: "z", check: true, inputs: { a: "unfit" } })] };

export const CHECKS: readonly Case[] = [
  judged(
    "refused by a check",
    [{}, { id: "b", check: true, inputs: { a: "unfit" }, after: ["a"] }],
    ...failed("b", UNFIT),
  ),
  { ...judged("refused ahead", [{}], ...failed("z", UNFIT)), task: AHEAD },
  judged(
    "of the wrong type",
    [{}, { id: "b", check: true, inputs: { a: 5 }, after: ["a"] }],
    ...failed("b", wrongInput("b", "/inputs/a ...", "")),
  ),
  judged("a check that throws", [{ check: true, params: { check: "throw" } }], ...failed("a", UNEXPECTED)),
  {
    name: "a check that crashes says nothing",
    nodes: [{ check: true, params: { check: "exit" } }],
    lines: made({ text: "" }),
  },
  {
    name: "a check that hangs says nothing when its time is over",
    nodes: [{ check: true, params: { check: "hang" } }],
    lines: made({ text: "" }),
  },
];

const refused = (name: string, reason: string, nodes: NodeSpec[], task?: object): Case => ({
  ...{ name, nodes, lines: [`mismatch: ${reason}; began nothing`] },
  ...(task ? { task } : {}),
});
const ELSEWHERE = "the task was given to the wrong pool, or under another name";

export const REFUSALS: readonly Case[] = [
  refused("an unknown type", "node type stranger is not known here", [{ type: "stranger" }]),
  refused("another digest", "node type odd has another schema digest here", [
    { schema_digest: "cd".repeat(32) },
  ]),
  refused("a missing engine", "no engine for odd: third is not known here", [{ engine: "third" }]),
  refused("a circle", "the nodes wait for each other in a circle", [{ after: ["a"] }]),
  refused("a stranger as source", "node a needs z, which is not in the task", [{ after: ["z"] }]),
  refused("a node twice", "node a appears twice", [{}, {}]),
  refused("no JSON", "the task is not JSON", [], { body: "not json" }),
  refused("no nodes", "the task does not fit its schema: ...", []),
  refused("an unknown field", "the task does not fit its schema: ...", [{}], { stranger: 1 }),
  refused("another pool", ELSEWHERE, [{}], { pool: "other" }),
  refused("another task's body", ELSEWHERE, [{}], { task_id: "task_s0_other" }),
];

export const WORK: readonly Case[] = [
  {
    name: "one short node",
    nodes: [{ params: { text: "x" }, inputs: { a: "y" } }],
    lines: made({ text: "xy" }),
  },
  {
    name: "a chain",
    nodes: [{ params: { text: "x" } }, { id: "b", inputs: { a: "$a.text" }, after: ["a"] }],
    lines: [
      ...[
        "a begins 1, first",
        'a succeeded 1, first: {"text":"x"}',
        "b begins 1, first",
        "settled; began a, b",
      ],
      ...['  a succeeded 1, first: {"text":"x"}', '  b succeeded 1, first: {"text":"x"}'],
    ],
  },
  {
    name: "what requires an output that was not made",
    nodes: [{}, { id: "b", inputs: { a: "$a.json" } }, { id: "c", inputs: { a: "$a.json?", b: "$b.text?" } }],
    lines: [
      ...[
        "a begins 1, first",
        'a succeeded 1, first: {"text":""}',
        "c begins 1, first",
        "settled; began a, c",
      ],
      ...['  a succeeded 1, first: {"text":""}', '  c succeeded 1, first: {"text":""}'],
    ],
  },
  {
    name: "the engine that is asked for",
    nodes: [{ params: { do: "engine" }, engine: "second", attempt: 3 }],
    lines: ["a begins 3, second", "settled; began a", '  a succeeded 3, second: {"text":"second"}'],
  },
  {
    name: "the deadline",
    nodes: [{}],
    task: { startBy: 1 },
    lines: ["released: the start deadline passed before anyone began; began nothing"],
  },
  {
    // One lets its handlers act while it says that they begin, so this one waits for what never comes.
    name: "what was canceled before anybody had it",
    nodes: [{ params: { do: "wait", gate: "/nowhere/at/all" } }],
    task: { canceled: true },
    lines: ["a begins 1, first", "canceled: canceled on request; began a"],
  },
  {
    name: "odd progress",
    nodes: [{ params: { do: "odd progress" } }],
    lines: ["a begins 1, first", "a 1/2 long long long long long long lo", ...made({ text: "" }).slice(1)],
  },
  {
    name: "odd logs",
    nodes: [{ params: { do: "odd logs" } }],
    lines: [
      "a begins 1, first",
      "a info: unknown level",
      "a warn: half \ufffd a character",
      "a info: x*4000",
      ...made({ text: "" }).slice(1),
    ],
  },
];
