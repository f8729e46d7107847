/** The node type that holds still, for a real gateway; bench/python/recovery_extension.py is the gpu-node's side. */
import { NODE_TYPES, VALIDATORS } from "../lib/graphs.ts";

const PYTHON = NODE_TYPES.find(({ plane }) => plane === "python")!;

export const nodeTypes = [
  { ...PYTHON, type: "python_hold", description: "Holds still.", timeout_s: 60, inputs: {}, outputs: {} },
];
export const validators = { python_hold: VALIDATORS[PYTHON.type] };
export const handlers = {};
