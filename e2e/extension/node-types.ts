/** Node types that only tests know: they write a ledger outside Redis and do what their params say. */
import type { Validator } from "@myspinbot/contracts/validators.js";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";

const text = (required: boolean) => ({ type: "Text" as const, required });

function definition(type: string, plane: "node" | "python"): NodeTypeDefinition {
  return {
    type,
    plane,
    description: "Writes a line to the ledger when it begins and when it ends.",
    timeout_s: 20,
    engines: ["ledger"],
    resources: { cpu: 0, gpu: 0, vram_gb: 0 },
    schema_digest: "e2e0".repeat(16),
    inputs: { x: text(false), y: text(false), z: text(false) },
    outputs: { v: text(true) },
  };
}

const anything: Validator = () => true;
const hasText: Validator = (data) => typeof (data as { v?: unknown }).v === "string";

export const nodeTypes: NodeTypeDefinition[] = [
  definition("ledger_node", "node"),
  definition("ledger_python", "python"),
];
const validators_ = { params: anything, inputs: anything, outputs: hasText };
export const validators = { ledger_node: validators_, ledger_python: validators_ };
