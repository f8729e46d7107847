/** Where the loops of a graph stand: a pure reading of what their iterations have come to. */
import type { PlannedGroup } from "./planned.ts";
import type { GroupState } from "./groups.ts";
import { ENDED, type Verdict, type View } from "./operands.ts";

export interface LoopLook {
  view: View;
  /** Whether an iteration that has ended has failed. */
  hasFailed(index: number): boolean;
  /** Whether the condition holds after an iteration. */
  judge(index: number): Verdict;
}

/** An iteration exists once the one before it succeeded and did not meet the condition. */
export function stateOfRepeat(group: PlannedGroup, { view, hasFailed, judge }: LoopLook): GroupState {
  const { max, fails } = group.repeat!;
  for (let index = 0; ; index += 1) {
    const known = { is: "known" as const, items: Array.from({ length: index + 1 }) };
    if (group.members.some(({ id }) => !ENDED.has(view.phaseOf(`${id}.${index}`))))
      return { ...known, loop: "open" };
    if (hasFailed(index)) return { ...known, loop: "closed" };
    const verdict = judge(index);
    if (verdict === "waits") return { ...known, loop: "open" };
    if (verdict === "satisfied") return { ...known, loop: "closed" };
    if (index + 1 < max) continue;
    if (!fails) return { ...known, loop: "closed" };
    return { ...known, loop: "unmet", detail: `has not met its condition after ${max} iterations` };
  }
}
