/** Deletes all objects under a prefix, whatever names they have and whatever the store says lies there. */
import { storeUnavailable } from "../errors/dependencies.ts";
import { listPage } from "./list-page.ts";
import { objectPath } from "./object-path.ts";
import type { Send } from "./signed-requests.ts";

const AT_ONCE = 8;

/**
 * All but those that are kept. Repeatable. What is listed outside the prefix is left alone, and so are names that no URL can carry.
 * @throws AppError `store-unavailable`, also when objects stay although they were deleted, and when `signal` is aborted.
 */
export async function deletePrefix(
  send: Send,
  prefix: string,
  signal?: AbortSignal,
  kept: ReadonlySet<string> = new Set(),
): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(tooLate(prefix)), { once: true });
  });
  await Promise.race([deleteAll(send, prefix, { signal, kept }), late]);
}

interface Limits {
  signal: AbortSignal | undefined;
  /** Keys of objects that stay. */
  kept: ReadonlySet<string>;
}

async function deleteAll(send: Send, prefix: string, limits: Limits): Promise<void> {
  const tried = new Set<string>();
  for (;;) {
    const { found, deleted } = await deleteOnce(send, prefix, tried, limits);
    if (found === 0) return;
    if (deleted === 0)
      throw storeUnavailable(new Error(`${found} objects under ${prefix} stay after DELETE`));
  }
}

/** One walk through the listing. It ends early at a page that holds nothing of ours: such a store may never end. */
async function deleteOnce(
  send: Send,
  prefix: string,
  tried: Set<string>,
  { signal, kept }: Limits,
): Promise<{ found: number; deleted: number }> {
  const count = { found: 0, deleted: 0 };
  let token: string | undefined;
  do {
    const page = await listPage(send, prefix, token);
    const paths = page.keys
      .filter((key) => key.startsWith(prefix) && !kept.has(key))
      .map(objectPath)
      .filter((path) => path !== undefined);
    const fresh = paths.filter((path) => !tried.has(path));
    count.found += paths.length;
    count.deleted += fresh.length;
    for (let first = 0; first < fresh.length; first += AT_ONCE) {
      if (signal?.aborted) throw tooLate(prefix);
      await Promise.all(fresh.slice(first, first + AT_ONCE).map((path) => deletePath(send, path)));
    }
    for (const path of fresh) tried.add(path);
    token = fresh.length > 0 ? page.next : undefined;
  } while (token !== undefined);
  return count;
}

function tooLate(prefix: string): Error {
  return storeUnavailable(new Error(`deleting ${prefix} took too long`));
}

async function deletePath(send: Send, path: string): Promise<void> {
  const response = await send(path, { method: "DELETE" }, [200, 204, 404]);
  await response.body?.cancel();
}
