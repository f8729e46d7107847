/** Words and picture of a run for the list: the list itself has neither, so each run is asked once. */
import { client } from "#lib/api/client.ts";
import { contentUrl } from "#lib/api/media.svelte.ts";
import { resultsOf, shownOf } from "./results.ts";
import { wordsOf } from "./words-of.ts";

export interface About {
  words: string;
  /** An address that holds for a while. */
  poster?: string | undefined;
}

interface Known {
  words: string;
  picture: string | undefined;
  /** What ended does not change any more. */
  over: boolean;
}
const known = new Map<string, Known>();

export async function aboutRun(run_id: string, over: boolean): Promise<About | undefined> {
  try {
    const old = known.get(run_id);
    const about = old === undefined || (over && !old.over) ? await ask(run_id, over) : old;
    const poster = about.picture && (await contentUrl(run_id, about.picture));
    return { words: about.words, poster };
  } catch {
    // The list asks again.
    return undefined;
  }
}

async function ask(run_id: string, over: boolean): Promise<Known> {
  const { input, graph, output } = await client.runs.get(run_id);
  const { poster, picture } = shownOf(resultsOf(output));
  const about = { words: wordsOf(input, graph), picture: (poster ?? picture)?.artifact_id, over };
  known.set(run_id, about);
  return about;
}
