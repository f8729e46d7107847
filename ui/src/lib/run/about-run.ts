/** Words and picture of a run for the list: the list itself has neither, so each run is asked once. */
import { client } from "#lib/api/client.ts";
import { contentUrl } from "#lib/api/media.svelte.ts";
import { resultsOf, shownOf } from "./results.ts";
import { wordsOf } from "./words-of.ts";

export interface About {
  words: string;
  poster?: string | undefined;
}

const known = new Map<string, About>();

/** @param over what ended does not change any more */
export async function aboutRun(run_id: string, over: boolean): Promise<About | undefined> {
  const kept = known.get(run_id);
  if (kept?.poster !== undefined || (kept !== undefined && !over)) return kept;
  try {
    const { input, graph, output } = await client.runs.get(run_id);
    const shown = shownOf(resultsOf(output));
    const picture = shown.poster ?? shown.picture;
    const poster = picture && (await contentUrl(run_id, picture.artifact_id));
    known.set(run_id, { words: wordsOf(input, graph), poster });
  } catch {
    return kept;
  }
  return known.get(run_id);
}
