/** What goes on, in a sentence: who is waited for, what failed, what can be done. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import { count, duration, human } from "#lib/words.ts";
import type { RunView } from "./run-view.ts";

/** Shown where there is no picture yet. */
export function sentenceOf({ run, nodes }: RunView): string {
  switch (run.status) {
    case "queued":
      return queued(run.queue);
    case "running":
      return nodes.some(({ status }) => status === "running") ? soon(run.queue) : queued(run.queue);
    case "waiting":
      return "The run waits for you.";
    case "canceling":
      return "Stopping …";
    case "succeeded":
      return "Done. What was made is below.";
    default:
      return "Nothing was made.";
  }
}

function soon(queue: RunView["run"]["queue"]): string {
  const left = queue?.ends_in_s;
  const text = "It is being made.";
  return left === undefined ? text : `${text} Done in about ${duration(left * 1000)}.`;
}

function queued(queue: RunView["run"]["queue"]): string {
  const reason = queue?.waiting_for?.[0]?.reason;
  if (reason !== undefined) return `Waiting: ${reason}`;
  if (queue?.matching_executors === 0) return "No box takes work now. The run waits for one.";
  const { position, eta_s } = queue ?? {};
  const place =
    position === undefined
      ? "It begins in a moment."
      : position === 0
        ? "It is next."
        : `${count(position, "task")} before it.`;
  const wait = eta_s === undefined ? place : `${place} About ${duration(eta_s * 1000)} to wait.`;
  return queue?.ends_in_s === undefined ? wait : `${wait} Done in about ${duration(queue.ends_in_s * 1000)}.`;
}

/** What somebody may do about a failure; its own words say what happened. */
export function adviceOn(error: Pick<Problem, "code" | "class">): string {
  const ADVICE: Record<Problem["class"], string> = {
    permanent: "It will fail again unless the input is changed.",
    retryable: "It was tried several times. It may go well later.",
    lost: "The boxes that had it went away, each time. It may go well on another.",
    canceled: "",
    deadline: "It took longer than was allowed. Run it again when the box has less to do.",
  };
  const CLOSER: Record<string, string> = {
    "start-deadline": "No box took it in time. Run it again when one takes work.",
    "approval-rejected":
      "Somebody said no. Change it and run it again, or run it again to be asked once more.",
    "approval-deadline": "Nobody answered in time. Run it again to be asked again.",
  };
  return CLOSER[error.code] ?? ADVICE[error.class];
}

/** The node that is worked on now, for people. */
export function currentOf({ nodes }: RunView): string | undefined {
  const running = nodes.filter(({ status }) => status === "running");
  if (running.length === 0) return undefined;
  const [first] = running;
  return running.length === 1 ? human(first!.type) : `${human(first!.type)} and ${running.length - 1} more`;
}
