/** Shows what a person was asked, and what came of it. */
import type { MailResume, RunApproval } from "@myspinbot/contracts/types.ts";

/**
 * @param asked what the driver wrote when it asked
 * @param answer field of the node hash in which `resume` or the driver keeps the decision
 */
export function toApproval(asked: string, answer: string | undefined): RunApproval {
  const approval = JSON.parse(asked) as RunApproval;
  return answer === undefined ? approval : { ...approval, decision: decisionOf(answer) };
}

function decisionOf(answer: string): NonNullable<RunApproval["decision"]> {
  const at = answer.indexOf(" ");
  if (answer.slice(0, at) === "late") return "expired";
  const { approved, data } = JSON.parse(answer.slice(at + 1)) as MailResume;
  if (!approved) return "rejected";
  return data ? "edited" : "accepted";
}
