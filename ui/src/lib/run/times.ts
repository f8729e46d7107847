/** Times of nodes as shares of the run's. */
import type { NodeView, RunView } from "./run-view.ts";

export interface TimeRow {
  node: NodeView;
  /** In hundredths of the whole: handed out, begun, over. */
  from: number;
  begin: number;
  end: number;
  /** In ms. */
  waited: number;
  worked: number;
}

export function timesOf({ run, nodes }: RunView, now: number): { whole: number; rows: TimeRow[] } {
  const first = Date.parse(run.created_at);
  const last = run.completed_at === undefined ? now : Date.parse(run.completed_at);
  const whole = Math.max(1, last - first);
  const rows = nodes.flatMap((node) => {
    // What was taken over has taken another run's time.
    if (node.dispatched_at === undefined || node.reused_from !== undefined) return [];
    const from = Date.parse(node.dispatched_at);
    const end = node.completed_at === undefined ? last : Date.parse(node.completed_at);
    const begin = node.started_at === undefined ? end : Date.parse(node.started_at);
    const at = (time: number): number => Math.min(100, Math.max(0, ((time - first) / whole) * 100));
    return [
      {
        node,
        from: at(from),
        begin: at(begin),
        end: at(end),
        waited: Math.max(0, begin - from),
        worked: Math.max(0, end - begin),
      },
    ];
  });
  return { whole, rows };
}

/** Distances of marks that people count in, in ms. */
const STEPS = [
  500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
];

/** At most seven marks, and where they are in hundredths of the whole. */
export function ticksOf(whole: number): { ms: number; at: number }[] {
  const step = STEPS.find((each) => whole / each <= 6) ?? whole;
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, i) => ({
    ms: i * step,
    at: ((i * step) / whole) * 100,
  }));
}
