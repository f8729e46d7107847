/** The row of an executor that is there, for what operators want of it. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Registry } from "../capabilities/registry.ts";
import { AppError } from "../errors/app-error.ts";

/** @throws AppError `executor-not-found` */
export async function findExecutor(registry: Registry, id: string): Promise<Executor> {
  const row = (await registry.executors()).find(
    (each) => each.executor_id === id && each.status !== "offline",
  );
  if (row === undefined) throw new AppError("executor-not-found", `There is no executor ${id.slice(0, 64)}.`);
  return row;
}
