/** How handlers end, and what becomes of that on either plane. */
import type { NodeSpec } from "./nodes.ts";
import {
  failed,
  made,
  NO_TEXT,
  UNEXPECTED,
  worked,
  wrongInput,
  type Case,
  type Failure,
} from "./expected.ts";

const gives = (name: string, outputs: object): Case => ({
  name,
  nodes: [{ params: { do: "give", give: name } }],
  lines: made(outputs),
});
const spoils = (name: string, failure: Failure): Case => ({
  name,
  nodes: [{ params: { do: "give", give: name } }],
  lines: worked(...failed("a", failure)),
});
const unkept = (name: string, pointer: string, why: string): Case => {
  const detail = `The outputs cannot be written as JSON: ${pointer} ${why}.`;
  return spoils(name, { code: "invalid-output", detail, errors: [`${pointer} ${why}`] });
};
const unfit = (name: string, what: string, end = "."): Case =>
  spoils(name, {
    code: "invalid-output",
    detail: `The outputs of a do not fit odd: ${what}${end}`,
    errors: [what],
  });

export const OUTPUTS: readonly Case[] = [
  gives("null output", {}),
  gives("nulls inside", { json: { n: null, list: [null, false, 0, ""] } }),
  gives("two to the 53", { json: { n: 2 ** 53 } }),
  gives("two to the 60", { json: { n: 2 ** 60 } }),
  gives("largest safe", { json: { n: [2 ** 53 - 1, -(2 ** 53 - 1)] } }),
  gives("large float", { json: { n: 1e300 } }),
  gives("fractions", { json: { n: [0.1, 1.5, -2.25e-7] } }),
  gives("all kinds of characters", { text: 'é😀 \u0001 "quoted" \u2028' }),
  unkept("no object", "/outputs", "is no object of outputs by name"),
  unkept("not a number", "/outputs/json/a~1b/0", "is NaN, which JSON does not have"),
  unkept("infinite", "/outputs/json/n", "is -Infinity, which JSON does not have"),
  unkept("half a character", "/outputs/json/t", "holds half a character"),
  unkept("half a character in a name", "/outputs/json", "has a name that is no text"),
  unkept("too deep", "/outputs/json/0...", "is nested more than 100 levels deep"),
  unkept("itself", "/outputs/json/0", "holds itself"),
  unfit("unknown output", "/outputs/stranger is not a known field"),
  unfit("wrong type", "/outputs/text ...", ""),
  spoils("too large", {
    ...{ code: "output-too-large", detail: "The outputs are 70011 bytes of JSON; 65536 bytes are allowed." },
  }),
];

const acts = (name: string, failure: Failure, more: NodeSpec = {}): Case => ({
  name,
  nodes: [{ params: { do: name }, ...more }],
  lines: worked(...failed("a", failure)),
});

export const FAILURES: readonly Case[] = [
  acts("exit", { code: "handler-crashed", detail: "..." }),
  acts("throw", UNEXPECTED),
  acts("refuse", NO_TEXT),
  acts("refuse by own code", { code: "no-such-planet", detail: "No planet.", errors: ["/params/p is none"] }),
  acts("away", { code: "service-away", class: "retryable", detail: "The service is away." }),
  acts("hang", { code: "node-timeout", detail: "The node a did not end within 0.3 s." }, { timeout_s: 0.3 }),
  {
    name: "wrong input",
    nodes: [{ inputs: { a: 5 } }],
    lines: worked(...failed("a", wrongInput("a", "/inputs/a ...", ""))),
  },
  {
    name: "unknown input",
    nodes: [{ inputs: { stranger: 5 } }],
    lines: worked(...failed("a", wrongInput("a", "/inputs/stranger is not a known field"))),
  },
  {
    name: "what hangs on a failed node",
    nodes: [{ params: { do: "refuse" } }, { id: "b", inputs: { a: "$a.text?" } }],
    lines: worked(...failed("a", NO_TEXT)),
  },
];
