import { describe, expect, it } from "vitest";
import { checkExtensions } from "./check-extensions.ts";

const text = { type: "Text", required: true };
const anything = (): boolean => true;
const validators = { params: anything, inputs: anything, outputs: anything };

const TYPE = {
  type: "shout",
  plane: "node",
  description: "Says it louder.",
  timeout_s: 10,
  engines: ["own"],
  resources: { cpu: 1, gpu: 0, vram_gb: 0 },
  schema_digest: "a".repeat(64),
  inputs: { text },
  outputs: { text },
};
const GRAPH = {
  name: "loud",
  input: { text: "Text" },
  nodes: [{ id: "a", type: "shout", plane: "node", inputs: { text: "$input.text" } }],
  output: { text: "$a.text" },
};
const handler = async () => ({ text: "" });

function faultsOf(...modules: Record<string, unknown>[]): string[] {
  const loaded = modules.map((module, index) => ({ file: `own${index}.ts`, module: module }));
  return checkExtensions(loaded, ["default"]);
}
const one = (change: Record<string, unknown>): Record<string, unknown> => ({
  nodeTypes: [TYPE],
  validators: { shout: validators },
  handlers: { shout: handler },
  graphs: [GRAPH],
  ...change,
});

describe("extensions", () => {
  it.each(["check", "engines"])("may say more of a handler by a function: %s", (what) => {
    const saying = (more: unknown) => ({
      shout: Object.assign(async () => ({ text: "" }), { [what]: more }),
    });
    expect(faultsOf(one({ handlers: saying(() => []) }))).toEqual([]);
    expect(faultsOf(one({ handlers: saying("yes") }))).toEqual([
      `own0.ts: handler "shout": ${what} must be a function`,
    ]);
  });

  it("are used when all fits together, over several files too", () => {
    expect(faultsOf(one({}))).toEqual([]);
    expect(faultsOf(one({ graphs: [] }), { graphs: [GRAPH] })).toEqual([]);
    expect(faultsOf({})).toEqual([]);
  });

  it.each([
    [{ nodeTypes: [{ ...TYPE, engines: undefined }] }, 'node type "shout": engines must be a list of names'],
    [{ nodeTypes: [{ ...TYPE, plane: "gpu" }] }, 'node type "shout": plane must be "node" or "python"'],
    [
      { nodeTypes: [{ ...TYPE, inputs: { a: { type: "Pony", required: true } } }] },
      'node type "shout": inputs must be ports',
    ],
    [{ nodeTypes: [{ ...TYPE, outputs: undefined }] }, 'node type "shout": outputs must be ports'],
    [{ nodeTypes: [{ ...TYPE, timeout_s: "9" }] }, 'node type "shout": timeout_s must be a number above 0'],
    [{ nodeTypes: [{ ...TYPE, schema_digest: "1" }] }, 'node type "shout": schema_digest must be 64'],
    [
      { nodeTypes: [{ ...TYPE, retry: { max_attempts: 0 } }] },
      'node type "shout": retry must have max_attempts',
    ],
    [{ nodeTypes: [{ ...TYPE, retry: 3 }] }, 'node type "shout": retry must have max_attempts'],
    [{ nodeTypes: [{ ...TYPE, type: "Not A Name" }] }, "a node type needs a name in `type`"],
    [{ nodeTypes: [null] }, "a node type needs a name in `type`"],
    [{ nodeTypes: "shout" }, "nodeTypes must be a list"],
    [{ validators: {} }, 'node type "shout": validators.shout.params must be a function'],
    [{ handlers: {} }, 'node type "shout" has no handler'],
    [{ handlers: { shout: "no" } }, 'handler "shout" must be a function'],
    [{ handlers: { shout: handler, whisper: handler } }, 'handler "whisper" has no node type'],
    [{ handlers: { shout: handler, generate_script: handler } }, 'handler "generate_script" is shipped'],
    [
      { nodeTypes: [TYPE, { ...TYPE, type: "generate_script" }] },
      'there is a node type "generate_script" already, from MySpinBot',
    ],
    [{ nodeTypes: [TYPE, TYPE] }, 'there is a node type "shout" already, from own0.ts'],
    [
      { graphs: [{ ...GRAPH, name: "talking-avatar" }] },
      'there is a graph "talking-avatar" already, from MySpinBot',
    ],
    [
      { graphs: [{ ...GRAPH, nodes: [{ ...GRAPH.nodes[0], type: "pony" }] }] },
      'graph "loud": /nodes/0/type there is no node type "pony"',
    ],
    [{ graphs: [{ name: "loud" }] }, 'graph "loud": /nodes is missing'],
    [{ graphs: [3] }, 'graph "?"'],
  ])("are refused for %j", (change, fault) => {
    expect(faultsOf(one(change))).toContainEqual(expect.stringContaining(`own0.ts: ${fault}`));
  });

  it("are refused when two files bring the same, with all faults at once", () => {
    expect(faultsOf(one({}), one({}))).toEqual([
      'own1.ts: there is a node type "shout" already, from own0.ts',
      'own0.ts: there is a handler "shout" already, from own1.ts',
      'own1.ts: there is a handler "shout" already, from own0.ts',
    ]);
  });
});
