/** The odd node type on the node plane; __init__.py beside it is its twin. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { namedTypeValidators, type Validator, type ValidatorError } from "@myspinbot/contracts/validators.js";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";

type Values = Record<string, unknown>;

interface Context {
  nodeId: string;
  engine: string;
  signal: AbortSignal;
  progress(done: number, total: number, unit: string): void;
  log(level: string, message: string): void;
}

const told = readFileSync(new URL("node-type.json", import.meta.url), "utf8");
const type = { ...(JSON.parse(told) as NodeTypeDefinition), plane: "node" as const };
/** The same by names that need something of the machine. */
const needing = (name: string, gpu: number, vram_gb: number): NodeTypeDefinition => ({
  ...type,
  type: name,
  resources: { cpu: 0, gpu, vram_gb },
});
export const nodeTypes = [type, needing("greedy", 1, 0), needing("huge", 0, 100)];

/** As the gpu-node judges the ports of types that bring no schema. */
function byPorts(ports: NodeTypeDefinition["inputs"]): Validator {
  const judge: Validator = (data) => {
    judge.errors = Object.entries(data as Values).flatMap(([name, value]): ValidatorError[] => {
      const port = ports[name];
      if (!port) {
        const params = { additionalProperty: name };
        return [{ instancePath: "", keyword: "additionalProperties", message: "", params }];
      }
      const fits = namedTypeValidators[port.type as "Text"];
      if (fits(value)) return [];
      return (fits.errors ?? []).map((error) => ({
        ...error,
        instancePath: `/${name}${error.instancePath}`,
      }));
    });
    return judge.errors.length === 0;
  };
  return judge;
}
const anything: Validator = () => true;
const odds = { params: anything, inputs: byPorts(type.inputs), outputs: byPorts(type.outputs) };
export const validators = { odd: odds, greedy: odds, huge: odds };

/** A failure as handlers of extensions throw it: by what it says. */
const failure = (fields: object, message: string): Error => Object.assign(new Error(message), fields);

const GIFTS: Record<string, () => unknown> = {
  "null output": () => ({ text: null }),
  "nulls inside": () => ({ json: { n: null, list: [null, false, 0, ""] } }),
  "no object": () => 5,
  "unknown output": () => ({ stranger: 1 }),
  "wrong type": () => ({ text: 5 }),
  "too large": () => ({ text: "x".repeat(70_000) }),
  "just fits": () => ({ text: "x".repeat(4000) }),
  "two to the 53": () => ({ json: { n: 2 ** 53 } }),
  "two to the 60": () => ({ json: { n: 2 ** 60 } }),
  "largest safe": () => ({ json: { n: [2 ** 53 - 1, -(2 ** 53 - 1)] } }),
  "large float": () => ({ json: { n: 1e300 } }),
  fractions: () => ({ json: { n: [0.1, 1.5, -2.25e-7] } }),
  "not a number": () => ({ json: { "a/b": [NaN] } }),
  infinite: () => ({ json: { n: -Infinity } }),
  "half a character": () => ({ json: { t: "\ud800" } }),
  "half a character in a name": () => ({ json: { "\udfff": 1 } }),
  "all kinds of characters": () => ({ text: 'é😀 \u0001 "quoted" \u2028' }),
  "hundred deep": () => ({ json: deep(98) }),
  "too deep": () => ({ json: deep(200) }),
  itself: () => {
    const loop: unknown[] = [];
    loop.push(loop);
    return { json: loop };
  },
};

function deep(levels: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}

async function untilOpen(params: Values, { signal }: Context): Promise<void> {
  while (!existsSync(String(params.gate))) await delay(5, undefined, { signal });
}

const ACTS: Record<string, (params: Values, context: Context) => unknown> = {
  give: (params) => GIFTS[String(params.give)]!(),
  wait: async (params, context) => void (await untilOpen(params, context)),
  hang() {
    for (;;);
  },
  exit: () => process.exit(3),
  throw() {
    throw new Error("a secret detail");
  },
  refuse() {
    throw failure({ code: "text-empty", pointer: "/inputs/a" }, "There is nothing to say.");
  },
  "refuse by own code"() {
    throw failure(
      { code: "no-such-planet", errors: [{ pointer: "/params/p", detail: "is none" }] },
      "No planet.",
    );
  },
  away() {
    throw failure({ code: "service-away", class: "retryable" }, "The service is away.");
  },
  progress(_params, context) {
    for (let done = 1; done <= 50; done += 1) context.progress(done, 50, "steps");
  },
  "odd progress"(_params, context) {
    context.progress(NaN, 1, "steps");
    context.progress(1, Infinity, "steps");
    context.progress(1, 2, `${"long ".repeat(10)}unit`);
  },
  logs(_params, context) {
    for (let i = 0; i < 200; i += 1) context.log("info", `line ${i}`);
  },
  "odd logs"(_params, context) {
    context.log("shout", "unknown level");
    context.log("warn", "half \ud800 a character");
    context.log("info", "x".repeat(5000));
  },
  engine: (_params, context) => ({ text: context.engine }),
  async book(params, context) {
    appendFileSync(String(params.book), `${context.nodeId} begins\n`);
    await untilOpen(params, context);
    appendFileSync(String(params.book), `${context.nodeId} ends\n`);
  },
  async "say and wait"(params, context) {
    context.progress(1, 2, "steps");
    appendFileSync(String(params.book), "has said\n");
    await untilOpen(params, context);
  },
  "long lines"(_params, context) {
    for (let i = 0; i < 50; i += 1) context.log("info", "x".repeat(4000));
  },
  async linger(params, { signal }) {
    appendFileSync(String(params.book), "begins\n");
    if (!signal.aborted) await once(signal, "abort");
    appendFileSync(String(params.book), "was told\n");
    while (!existsSync(String(params.gate))) await delay(5);
    appendFileSync(String(params.book), "ends\n");
  },
};

async function odd(params: Values, inputs: Values, context: Context): Promise<unknown> {
  const given = await ACTS[String(params.do)]?.(params, context);
  return (
    given ?? { text: [params.text, inputs.a, inputs.b].filter((part) => typeof part === "string").join("") }
  );
}

/** A handler's judgment of what is known of its inputs. */
async function check(params: Values, inputs: Values, context: Context): Promise<void> {
  if (inputs.a === "unfit") throw failure({ code: "text-empty", pointer: "/inputs/a" }, "The text is unfit.");
  await ACTS[String(params.check)]?.(params, context);
}

/** The second one is away while a test says so. */
function engines() {
  const isAway = existsSync(`${process.env.TWINS_DIR}/${type.plane}-away`);
  return type.engines.map((name) =>
    isAway && name === "second"
      ? { name, available: false, reason: "the flag is down" }
      : { name, available: true },
  );
}

const handler = Object.assign(odd, { check, engines });
export const handlers = { odd: handler, greedy: handler, huge: handler };
