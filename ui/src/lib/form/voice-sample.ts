/** A sentence by a voice: a box says it when it is asked for, since a recording could be of another version. */
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { client } from "#lib/api/client.ts";
import { newKey } from "./draft.ts";

/** Without the smaller voices that other graphs fall back to: what is heard is the voice that was asked for. */
const GRAPH: Graph = {
  name: "voice-sample",
  input: { text: "Text", voice: "Voice" },
  nodes: [
    {
      ...{ id: "sample", type: "synthesize_speech", plane: "python" },
      inputs: { text: "$input.text", voice: "$input.voice" },
    },
  ],
  output: { audio: "$sample.audio" },
};
const TEXT = "Hello. This is how I sound when I read something to you.";
const PATIENCE = { start_s: 60, run_s: 180 };

/** The same key is the same run, so a voice that was heard is not asked for again; after a failure it is. */
const keys = new Map<string, string>();

export async function sayWith(name: string, signal: AbortSignal): Promise<Run> {
  const idempotencyKey = keys.get(name) ?? `voice-sample-${name}`;
  const input = { text: TEXT, voice: { name } };
  const asked = { graph: GRAPH, input, deadlines: PATIENCE, tags: ["voice-sample"] };
  const { run_id } = await client.runs.submit(asked, { idempotencyKey, signal });
  const run = await client.runs.watch(run_id, { signal });
  if (run.status !== "succeeded") keys.set(name, newKey());
  return run;
}
