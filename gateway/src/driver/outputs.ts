/** Looks at the outputs that an executor reported: a box is not trusted to keep to its node type. */
import type { Artifact, NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toProblem } from "../errors/problem.ts";
import type { NodeTypes } from "../graphs/node-types.ts";

export function isArtifact(value: unknown): value is Artifact {
  return typeof value === "object" && value !== null && "artifact_id" in value && "key" in value;
}

/** The artifact references among a node's outputs. */
export function artifactsOf(outputs: Record<string, unknown>): { output: string; artifact: Artifact }[] {
  return Object.entries(outputs).flatMap(([output, value]) =>
    isArtifact(value) ? [{ output, artifact: value }] : [],
  );
}

function isForeign(artifact: Artifact, run: string, task: string, inputs: ReadonlySet<string>): boolean {
  return !artifact.key.startsWith(`runs/${run}/${task}/`) && !inputs.has(artifact.artifact_id);
}

/**
 * Why a result's outputs cannot be taken, or null. A new artifact must lie under its run and task; one that a node
 * hands on must be known to the run (`known`).
 */
export function checkOutputs(
  context: { run: string; nodeTypes: NodeTypes; known: ReadonlySet<string> },
  type: string,
  task: string,
  result: NodeResult,
): Problem | null {
  const outputs = result.outputs ?? {};
  if (JSON.stringify(outputs).length > DEFAULTS.node_output_bytes) {
    return toProblem("output-too-large", `A node's output may have ${DEFAULTS.node_output_bytes} bytes.`);
  }
  const validate = context.nodeTypes.get(type)?.validators.outputs;
  if (validate && !validate(outputs)) {
    const first = validate.errors?.[0];
    return toProblem(
      "invalid-output",
      `${first?.instancePath ?? ""} ${first?.message ?? "does not fit"}`.trim(),
    );
  }
  const foreign = artifactsOf(outputs).find(({ artifact }) =>
    isForeign(artifact, context.run, task, context.known),
  );
  return foreign
    ? toProblem("invalid-output", `${foreign.output} points to bytes that are not this task's`)
    : null;
}
