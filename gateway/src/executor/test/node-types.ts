/** Node types for tests: their handlers do what the test says. */
import type { NodeTypeValidators } from "@myspinbot/contracts/validators.js";
import { createNodeTypes, type NodeTypes } from "../../graphs/node-types.ts";

export const DIGEST = "ab".repeat(32);

const anything: NodeTypeValidators = { params: () => true, inputs: () => true, outputs: isObject };

/** Types of these names with the engines `first` and `second`; outputs must be objects. */
export function createTestNodeTypes(...types: string[]): NodeTypes {
  const definitions = types.map((type) => ({
    type,
    plane: "node" as const,
    description: "For tests.",
    timeout_s: 60,
    engines: ["first", "second"],
    resources: { cpu: 0, gpu: 0, vram_gb: 0 },
    schema_digest: DIGEST,
    inputs: {},
    outputs: {},
  }));
  return createNodeTypes({
    nodeTypes: definitions,
    validators: Object.fromEntries(types.map((type) => [type, anything])),
  });
}

function isObject(data: unknown): boolean {
  isObject.errors =
    typeof data === "object" && data !== null
      ? null
      : [{ instancePath: "", keyword: "type", message: "must be object", params: {} }];
  return isObject.errors === null;
}
isObject.errors = null as NodeTypeValidators["outputs"]["errors"];
