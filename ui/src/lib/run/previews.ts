/** Which previews of a run are looked at, and which of those are still to be read from its log. */
import { resultsOf, shownOf } from "./results.ts";
import type { NodeView, RunView } from "./run-view.ts";

/** The node whose picture is the newest of all that are here. */
export function previewedOf(nodes: readonly NodeView[]): NodeView | undefined {
  return newest(nodes, ({ preview }) => preview?.seq);
}

/** The node whose curve is. */
export function curvedOf(nodes: readonly NodeView[]): NodeView | undefined {
  return newest(nodes, ({ curve }) => curve?.seq);
}

/** Numbers of events: a snapshot names the newest previews and has none of them. */
export function missingPreviews({ run, nodes }: RunView): number[] {
  const { film, picture, sound } = shownOf(resultsOf(run.output));
  // What was made is looked at, and nothing on the way to it.
  if (film ?? picture ?? sound) return [];
  const curved = newest(nodes, ({ curve_seq }) => curve_seq);
  const pictured = curved ?? newest(nodes, ({ picture_seq }) => picture_seq);
  const [curve, preview] = [curved?.curve_seq, pictured?.picture_seq];
  return [
    ...(curve === undefined || curve === curved?.curve?.seq ? [] : [curve]),
    ...(preview === undefined || preview === pictured?.preview?.seq ? [] : [preview]),
  ];
}

function newest(
  nodes: readonly NodeView[],
  seqOf: (node: NodeView) => number | undefined,
): NodeView | undefined {
  const rows = nodes.filter((node) => seqOf(node) !== undefined);
  return rows.reduce<NodeView | undefined>(
    (best, node) => (best === undefined || seqOf(node)! > seqOf(best)! ? node : best),
    undefined,
  );
}
