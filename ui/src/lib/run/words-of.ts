/** What a run is called: the words that somebody gave it. */
import { human } from "#lib/words.ts";

const NAMES = ["text", "topic", "title", "prompt"];

export function wordsOf(input: Record<string, unknown> | undefined, graph: string): string {
  const own = NAMES.map((name) => input?.[name]).find(
    (value) => typeof value === "string" && value.trim() !== "",
  );
  const scene = Array.isArray(input?.scenes)
    ? (input.scenes[0] as Record<string, unknown> | undefined)?.text
    : undefined;
  const words = own ?? scene;
  return typeof words === "string" ? words.trim() : human(graph);
}

/** What was said, if the run tells it. */
export function spokenIn(output: Record<string, unknown> | undefined): string | undefined {
  return typeof output?.script === "string" ? output.script : undefined;
}
