/** Decides which ids a client may ask for at all. */
import { AppError } from "../errors/app-error.ts";
import { isRunId, shardOfRun } from "../run-id.ts";

/** @throws AppError `run-not-found` for what cannot be the id of a run in one of the shards. */
export function assertRunId(id: string, shards: readonly string[]): string {
  if (!isRunId(id) || !shards.includes(shardOfRun(id))) throw runNotFound(id);
  return id;
}

export function runNotFound(id: string): AppError {
  return new AppError("run-not-found", `There is no run ${id.slice(0, 64)}.`);
}
