/** What a commit has made true, as spans: attempts of nodes that ended, on either plane, and the run when it has ended. */
import type { NodeRow } from "@myspinbot/contracts/types.ts";
import { ownerOf } from "../owner.ts";
import { spanIdOf, traceIdOf } from "../telemetry/trace-ids.ts";
import type { Span } from "../telemetry/traces.ts";
import type { Draft, DraftEvent, EventType } from "./draft.ts";
import type { Situation } from "./situation.ts";

const ENDS: ReadonlySet<EventType> = new Set(["node.succeeded", "node.failed", "node.retrying"]);

/** The parts of an attempt, in their order, as the executor has measured them. */
const PHASES = [
  ["load_s", "load inputs"],
  ["execute_s", "execute"],
  ["upload_s", "upload outputs"],
] as const;

export function spansOf(situation: Situation, draft: Draft): Span[] {
  const spans = draft.events.flatMap((event) => spansOfAttempt(situation, draft, event));
  return draft.terminal ? [...spans, spanOfRun(situation, draft)] : spans;
}

function spanOfRun({ run, record, now }: Situation, draft: Draft): Span {
  const failure = draft.status === "succeeded" ? {} : { failure: draft.status };
  return {
    traceId: traceIdOf(run),
    spanId: spanIdOf(run),
    name: `run ${record.graph}`,
    startMs: Number(record.created_at),
    endMs: now,
    attributes: {
      "msb.run_id": run,
      "msb.graph": record.graph,
      "msb.graph_digest": record.digest,
      "msb.owner": ownerOf(record.owner),
      "msb.status": draft.status,
    },
    ...failure,
  };
}

function spansOfAttempt(situation: Situation, draft: Draft, { type, node, data }: DraftEvent): Span[] {
  const row = draft.rows.get(node);
  if (!ENDS.has(type) || row?.dispatched_at === undefined) return [];
  const { run, now } = situation;
  const attempt = (data as { attempt?: number }).attempt ?? row.attempt;
  const traceId = traceIdOf(run);
  const spanId = spanIdOf(run, node, attempt);
  // It was given out again in the same drive.
  const startMs = Math.min(row.dispatched_at, now - secondsOf(row) * 1000);
  const span: Span = {
    traceId,
    spanId,
    parentId: spanIdOf(run),
    name: row.type,
    startMs,
    endMs: now,
    attributes: {
      "msb.run_id": run,
      "msb.node_id": node,
      "msb.attempt": attempt,
      "msb.plane": row.plane,
      "msb.pool": row.pool,
      ...(row.engine === undefined ? {} : { "msb.engine": row.engine }),
    },
    ...(type === "node.succeeded" ? {} : { failure: row.error?.title ?? "failed" }),
  };
  return [span, ...phasesOf(row, span, (phase) => spanIdOf(run, node, attempt, phase))];
}

const secondsOf = ({ timing }: NodeRow): number =>
  PHASES.reduce((sum, [phase]) => sum + (timing?.[phase] ?? 0), 0);

/** Laid one after the other before the end: the executor's clock says how long, not when. */
function phasesOf(row: NodeRow, of: Span, idOf: (phase: string) => string): Span[] {
  let startMs = of.endMs - secondsOf(row) * 1000;
  return PHASES.flatMap(([phase, name]) => {
    const ms = (row.timing?.[phase] ?? 0) * 1000;
    if (ms === 0) return [];
    const span = {
      ...{ traceId: of.traceId, spanId: idOf(phase), parentId: of.spanId, name },
      ...{ startMs, endMs: startMs + ms, attributes: {} },
    };
    startMs += ms;
    return [span];
  });
}
