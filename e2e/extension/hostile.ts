/** A node type of the python plane that hands out a file, for boxes that a test plays. */
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { Validator } from "@myspinbot/contracts/validators.js";

const optional = (type: "Text" | "Data") => ({ type, required: false });

export const nodeTypes: NodeTypeDefinition[] = [
  {
    type: "box_work",
    plane: "python",
    description: "Does what the test says.",
    timeout_s: 20,
    engines: ["box"],
    resources: { cpu: 0, gpu: 0, vram_gb: 0 },
    schema_digest: "b0c5".repeat(16),
    inputs: { x: optional("Text") },
    outputs: { file: optional("Data"), v: optional("Text") },
  },
];
const anything: Validator = () => true;
export const validators = { box_work: { params: anything, inputs: anything, outputs: anything } };
