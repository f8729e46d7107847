/** One run, for a person. */
import type { Run } from "@myspinbot/contracts/types.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { explainEnd } from "./progress/watch-run.ts";
import type { Session } from "./surroundings.ts";
import { ago, bytesOf, facts, table } from "./text.ts";

const ENDS: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES);

export function runView({ stdout, now }: Pick<Session, "stdout" | "now">, run: Run): string {
  const { queue, timing, progress } = run;
  const parts = [
    facts([
      ["run", run.run_id],
      ["graph", run.graph],
      ["status", run.status],
      ["made", ago(run.created_at, now())],
      ["progress", run.completed_at === undefined ? `${Math.round(progress.percent)} %` : undefined],
      ["waits", queue?.matching_executors === 0 ? run.status_reason : undefined],
      ["queue", queue?.position === undefined ? undefined : `${queue.position} tasks come before it`],
      ["begins in", queue?.eta_s === undefined ? undefined : `about ${Math.round(queue.eta_s)} s`],
      ["ends in", queue?.ends_in_s === undefined ? undefined : `about ${Math.round(queue.ends_in_s)} s`],
      ...(queue?.waiting_for ?? []).map(({ node_id, reason }) => ["waits", `${node_id}: ${reason}`] as const),
      ["took", timing.executing_s === undefined ? undefined : `${timing.executing_s.toFixed(1)} s`],
      ["forked from", run.forked_from && `${run.forked_from.run_id} at ${run.forked_from.node_id}`],
      ["forks", run.forks?.join(", ")],
      ["tags", run.tags.length > 0 ? run.tags.join(", ") : undefined],
    ]),
    table(stdout, ["NODE", "TYPE", "STATUS", "ENGINE", "TOOK"], run.nodes.map(nodeRow)),
  ];
  const output = Object.entries(run.output ?? {}).map(([name, value]) => [name, outputText(value)] as const);
  if (output.length > 0) parts.push(facts(output));
  if (ENDS.has(run.status) && run.status !== "succeeded") parts.push(explainEnd(run));
  return parts.join("\n\n");
}

function nodeRow({ node_id, type, status, engine, ...more }: Run["nodes"][number]): string[] {
  return [node_id, type, status, engine ?? "", tookOf(more)];
}

function tookOf({
  reused_from,
  started_at = "",
  completed_at = "",
}: Pick<Run["nodes"][number], "reused_from" | "started_at" | "completed_at">): string {
  if (reused_from !== undefined) return "taken over";
  const ms = Date.parse(completed_at) - Date.parse(started_at);
  return Number.isNaN(ms) ? "" : `${(ms / 1000).toFixed(1)} s`;
}

const MOST_LETTERS = 200;

function outputText(value: unknown): string {
  const {
    artifact_id,
    media_type = "",
    size = 0,
  } = (value ?? {}) as Record<string, string> & { size?: number };
  if (artifact_id !== undefined) return `${artifact_id}  ${media_type}  ${bytesOf(size)}`;
  const letters = [...(typeof value === "string" ? value : JSON.stringify(value))];
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS).join("")}…` : letters.join("");
}

/** How a command ends that has watched a run. */
export function endOf(run: Run): ExitCode {
  return run.status === "succeeded" ? EXIT.done : EXIT.unsuccessful;
}
