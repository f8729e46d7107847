/** Keeps the runs of a key to the priorities that it may have. */
import type { Priority } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../errors/app-error.ts";
import type { CallerKey } from "./caller.ts";

/**
 * @param usual what a run has for which none is asked; the key's highest, if that is lower
 * @throws AppError `priority-not-allowed`
 */
export function allowedPriority(
  key: CallerKey | undefined,
  asked: Priority | undefined,
  usual: Priority,
): Priority {
  const from = PRIORITIES.indexOf(key?.limits.highest_priority ?? PRIORITIES[0]);
  const wished = asked ?? usual;
  if (PRIORITIES.indexOf(wished) >= from) return wished;
  if (asked === undefined) return PRIORITIES[from]!;
  const allowed = PRIORITIES.slice(from).join(" or ");
  throw new AppError("priority-not-allowed", `Runs of this key may have the priority ${allowed}.`, {
    errors: [{ pointer: "/priority", detail: `must be ${allowed}` }],
  });
}
