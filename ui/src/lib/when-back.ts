/** Waits for a gateway that was away. */

const EVERY_MS = 3_000;
/** A small file that is served without Redis or a key. */
const ASKED = "/_app/version.json";

async function answers(): Promise<boolean> {
  const answer = await fetch(ASKED, { cache: "no-store" }).catch(() => undefined);
  return answer?.ok === true;
}

/**
 * For an effect: calls once when somebody answers who did not before, and never where somebody does already: then it
 * is not the gateway that something is wrong with.
 * @returns what stops it
 */
export function whenBack(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const look = async (wasAway: boolean): Promise<void> => {
    const isThere = await answers();
    if (isStopped) return;
    if (!isThere) timer = setTimeout(() => void look(true), EVERY_MS);
    else if (wasAway) act();
  };
  void look(false);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
