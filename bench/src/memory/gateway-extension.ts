/** The no-ops of both planes for a real gateway; bench/python/noop_extension.py is the gpu-node's side. */
export { NODE_TYPES as nodeTypes, VALIDATORS as validators } from "../lib/graphs.ts";

export const handlers = {
  node_noop: async (_params: unknown, inputs: { text?: string }): Promise<{ text: string }> => ({
    text: inputs.text ?? "",
  }),
};
