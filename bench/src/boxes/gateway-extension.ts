/** The node type that takes a second, for a real gateway; bench/python/boxes_extension.py is the gpu-node's side. */
import { NODE_TYPES, VALIDATORS } from "../lib/graphs.ts";

const PYTHON = NODE_TYPES.find(({ plane }) => plane === "python")!;

export const nodeTypes = [
  { ...PYTHON, type: "python_second", description: "Takes a second.", inputs: {}, outputs: {} },
];
export const validators = { python_second: VALIDATORS[PYTHON.type] };
export const handlers = {};
