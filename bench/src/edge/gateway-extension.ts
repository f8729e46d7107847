/** The node types of a run that goes from the box to the gateway and back, loaded by GATEWAY_EXTENSIONS. */
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { Validator } from "@myspinbot/contracts/validators.js";

const text = { type: "Text" as const, required: true };

const definition = (type: string, plane: "node" | "python"): NodeTypeDefinition => ({
  ...{ type, plane, description: "Answers its input.", timeout_s: 60, engines: ["bench"] },
  resources: { cpu: 0, gpu: 0, vram_gb: 0 },
  schema_digest: "0".repeat(64),
  ...{ inputs: { text }, outputs: { text } },
});
const anything: Validator = () => true;
const checks = { params: anything, inputs: anything, outputs: anything };

export const nodeTypes = [definition("node_noop", "node"), definition("python_noop", "python")];
export const validators = { node_noop: checks, python_noop: checks };
const echo = async (_: unknown, inputs: { text: string }): Promise<{ text: string }> => ({
  text: inputs.text,
});
export const handlers = { node_noop: echo };
