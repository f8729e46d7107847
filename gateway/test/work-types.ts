/** Two node types with one port of each kind that tests need. */
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { Validator } from "@myspinbot/contracts/validators.js";
import type { NodeTypeExtension } from "../src/graphs/node-types.ts";

const WORK = { node_work: "node", python_work: "python" } as const;

function workType(type: keyof typeof WORK): NodeTypeDefinition {
  return {
    type,
    plane: WORK[type],
    description: "Does what the test says.",
    timeout_s: 10,
    engines: ["test", "other"],
    resources: { cpu: 0, gpu: 0, vram_gb: 0 },
    schema_digest: "0".repeat(64),
    inputs: {
      text: { type: "Text", required: false },
      image: { type: "Image", required: false },
      images: { type: "Image[]", required: false },
      data: { type: "Json[]", required: false },
      need: { type: "Number", required: type === "python_work" },
    },
    outputs: {
      text: { type: "Text", required: false },
      number: { type: "Number", required: false },
      image: { type: "Image", required: false },
      images: { type: "Image[]", required: false },
      data: { type: "Json[]", required: false },
    },
  };
}

const atMostSpeed: Validator = (data) => {
  const extra = Object.keys(data as object).find((key) => key !== "speed");
  atMostSpeed.errors = extra
    ? [{ instancePath: "", keyword: "additionalProperties", params: { additionalProperty: extra } }]
    : null;
  return !extra;
};
const anything: Validator = () => true;

export const workTypes: NodeTypeExtension = {
  nodeTypes: Object.keys(WORK).map((type) => workType(type as keyof typeof WORK)),
  validators: Object.fromEntries(
    Object.keys(WORK).map((type) => [type, { params: atMostSpeed, inputs: anything, outputs: anything }]),
  ),
};
