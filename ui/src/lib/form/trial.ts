/** Whether a file will do, in the words of the node that will work on it: it is given the file alone, when a box is there for it. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { FILE_TRIAL } from "./asides.ts";
import type { TriedBy } from "./schema.ts";
import { askBox } from "./short-run.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** Work that somebody waits for goes first, and there is no trial where that takes long. */
const PATIENCE = { deadlines: { start_s: 20, run_s: 90 }, priority: "low" } as const;

export async function tryFile(
  { type, params = {} }: TriedBy,
  file_id: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const graph: Graph = {
    name: FILE_TRIAL,
    input: { file: "Image" },
    nodes: [{ id: "trial", type, plane: "python", params, inputs: { image: "$input.file" } }],
    output: {},
  };
  const input = { file: { file_id } };
  return verdictOf(await askBox({ graph, input, about: `${type}-${file_id}`, ...PATIENCE }, signal));
}
