/** The cursor of a list of runs: opaque to clients, the place of the last run seen to us. */
import { AppError } from "../errors/app-error.ts";
import { isRunId } from "../run-id.ts";

export interface Place {
  /** created_at, ms. */
  at: number;
  run: string;
}

export function toCursor({ at, run }: Place): string {
  return btoa(`${at} ${run}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws AppError `invalid-request`. */
export function readCursor(cursor: string): Place {
  const text = /^[A-Za-z0-9_-]{1,100}$/.test(cursor) ? decode(cursor) : "";
  const [at, run, ...rest] = text.split(" ");
  if (!at || !/^\d{1,15}$/.test(at) || !run || !isRunId(run) || rest.length > 0)
    throw new AppError("invalid-request", 'The parameter "cursor" is not the next_cursor of a page.');
  return { at: Number(at), run };
}

function decode(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}
