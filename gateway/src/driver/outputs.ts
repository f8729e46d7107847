/** Looks at the outputs that an executor reported: a box is not trusted to keep to its node type. */
import type { Artifact, NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toProblem } from "../errors/problem.ts";
import { artifactsOf, type NamedArtifact } from "../graphs/file-references.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { isOwnArtifact, isSame } from "./known-artifacts.ts";

export interface OutputContext {
  run: string;
  nodeTypes: NodeTypes;
  /** What the run's inputs and accepted outputs refer to, by id. */
  known: ReadonlyMap<string, Artifact>;
  /** Ids that a commit found to belong to somebody already. */
  taken: ReadonlySet<string>;
}

/** Why a result's outputs cannot be taken, or null. */
export function checkOutputs(
  context: OutputContext,
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
  return checkArtifacts(context, task, artifactsOf(context.nodeTypes, type, outputs));
}

/**
 * A node may hand on what the run knows, unchanged, or name new bytes: under an id that nobody has, and exactly where
 * its own task puts them.
 */
function checkArtifacts(context: OutputContext, task: string, named: NamedArtifact[]): Problem | null {
  const fresh = new Map<string, Artifact>();
  for (const { output, artifact } of named) {
    const id = artifact.artifact_id;
    const before = context.known.get(id) ?? fresh.get(id);
    if (before) {
      if (!isSame(before, artifact))
        return toProblem("invalid-output", `${output} changes what ${id} refers to`);
    } else if (!isOwnArtifact(artifact, context.run, task)) {
      return toProblem("invalid-output", `${output} points to bytes that are not this task's`);
    } else if (context.taken.has(id)) {
      return toProblem("invalid-output", `${output} has the id ${id}, which is another artifact's`);
    }
    fresh.set(id, artifact);
  }
  return null;
}
