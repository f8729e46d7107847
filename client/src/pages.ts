/** All rows of a list, page after page. */
import { ForeignAnswerError } from "./errors.ts";

interface Page {
  next_cursor?: string;
}

/** @throws ForeignAnswerError when a page leads to itself, as caches make it */
export async function* allOf<P extends Page, Row>(
  ask: (cursor: string | undefined) => Promise<P>,
  rows: (page: P) => readonly Row[],
): AsyncGenerator<Row> {
  for (let cursor: string | undefined; ;) {
    const page: P = await ask(cursor);
    yield* rows(page);
    if (page.next_cursor === undefined) return;
    if (page.next_cursor === cursor) throw new ForeignAnswerError("A page of the list leads to itself.", 200);
    cursor = page.next_cursor;
  }
}
