/** A sentence by a voice: a box says it when it is asked for, since a recording could be of another version. */
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { VOICE_SAMPLE } from "./asides.ts";
import { askBox } from "./short-run.ts";

/** Without the smaller voices that other graphs fall back to: what is heard is the voice that was asked for. */
const GRAPH: Graph = {
  name: VOICE_SAMPLE,
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

export function sayWith(name: string, signal: AbortSignal): Promise<Run> {
  const input = { text: TEXT, voice: { name } };
  return askBox({ graph: GRAPH, input, deadlines: PATIENCE, about: name }, signal);
}
