/** Nodes that a person decides: what they show, and whether anybody is asked at all. */
import { isApproval } from "../graphs/node-place.ts";
import type { ModelNode } from "./graph-model.ts";
import { evaluate, mayBeMissing, type View } from "./operands.ts";
import type { Outputs } from "./state.ts";

/** The input that says whether to ask; not shown. */
const ASK = "ask";
/** What was said; not shown before. */
const ACCEPTED = "accepted";

/** What goes on if nobody changes anything. */
export function shownValues({ inputs }: ModelNode, view: View): Outputs {
  const shown: Outputs = {};
  for (const [name, operand] of inputs) {
    const value = evaluate(operand, view);
    if (name !== ASK && value.is === "value") shown[name] = value.value;
  }
  return shown;
}

export function acceptedOutputs(values: Outputs, accepted = true): Outputs {
  return { ...values, [ACCEPTED]: accepted };
}

/** What a ready approval comes to without anybody; undefined when somebody is to be asked. */
export function outputsUnasked(node: ModelNode, view: View): Outputs | undefined {
  const ask = node.inputs.find(([name]) => name === ASK);
  if (!ask) return undefined;
  const value = evaluate(ask[1], view);
  return value.is === "value" && value.value === true ? undefined : acceptedOutputs(shownValues(node, view));
}

/** Whether an approval that succeeds gives an output for certain: its inputs do, for they go on. */
export function surelyHandsOn({ definition, inputs }: ModelNode, output: string): boolean {
  if (!isApproval(definition)) return false;
  return output === ACCEPTED || inputs.some(([name, operand]) => name === output && !mayBeMissing(operand));
}
