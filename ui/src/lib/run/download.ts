/** Saves a file of a run; where its bytes cannot be had, that is said instead of saving an answer about it. */
import { contentUrl } from "#lib/api/media.svelte.ts";
import { failureOf, SENTENCES } from "./failure.ts";

/** Enough to see whether there is anything; an empty file has not even that. */
const FIRST_BYTE = { headers: { range: "bytes=0-0" } };
const EMPTY = 416;
const LATER = "It cannot be had now. Try again in a while.";

/** @returns what is to be said; nothing when it is on its way */
export async function download(
  run_id: string,
  { artifact_id, name }: { artifact_id: string; name: string },
): Promise<string> {
  try {
    for (let tries = 1; ; tries += 1) {
      const href = await contentUrl(run_id, artifact_id, tries > 1);
      const { ok, status } = await fetch(href, FIRST_BYTE);
      if (ok || status === EMPTY) {
        save(href, name);
        return "";
      }
      const failure = failureOf(status, tries);
      if (failure !== "again") return failure === "gone" ? SENTENCES.gone : LATER;
    }
  } catch {
    return LATER;
  }
}

function save(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}
