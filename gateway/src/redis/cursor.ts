/** The cursor of a list: opaque to clients, the place of the last row seen to us. */
import { AppError } from "../errors/app-error.ts";

/** Where a row stands in a list that is sorted by time. */
export interface Place {
  /** created_at, ms. */
  at: number;
  id: string;
}

export function toCursor({ at, id }: Place): string {
  return btoa(`${at} ${id}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param isId whether a text is an id of the list's kind @throws AppError `invalid-request`. */
export function readCursor(cursor: string, isId: (text: string) => boolean): Place {
  const text = /^[A-Za-z0-9_-]{1,100}$/.test(cursor) ? decode(cursor) : "";
  const [at, id, ...rest] = text.split(" ");
  if (!at || !/^\d{1,15}$/.test(at) || !id || !isId(id) || rest.length > 0)
    throw new AppError("invalid-request", 'The parameter "cursor" is not the next_cursor of a page.');
  return { at: Number(at), id };
}

function decode(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}
