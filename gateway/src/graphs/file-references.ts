/** Finds the artifact references in a value of a named type. What a `Json` value looks like is data, never a reference. */
import type { Artifact } from "@myspinbot/contracts/types.ts";
import { filePartsOf, isFileType } from "./file-types.ts";
import { elementOf } from "./list-types.ts";
import type { NodeTypes } from "./node-types.ts";

export interface NamedArtifact {
  output: string;
  artifact: Artifact;
}

function isReference(value: unknown): value is Artifact {
  return typeof value === "object" && value !== null && "artifact_id" in value && "key" in value;
}

/** A file type is a reference itself; others may hold some in fields; a list may be of either. */
export function referencesIn(type: string, value: unknown): Artifact[] {
  const element = elementOf(type);
  if (element !== undefined)
    return Array.isArray(value) ? value.flatMap((item) => referencesIn(element, item)) : [];
  if (isFileType(type)) return isReference(value) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return filePartsOf(type).flatMap((part) =>
    referencesIn(part.type, (value as Record<string, unknown>)[part.field]),
  );
}

/** The artifact references among a node's outputs. */
export function artifactsOf(
  nodeTypes: NodeTypes,
  type: string,
  outputs: Record<string, unknown>,
): NamedArtifact[] {
  const ports = nodeTypes.get(type)?.outputs ?? {};
  return Object.entries(ports).flatMap(([output, port]) =>
    referencesIn(port.type, outputs[output]).map((artifact) => ({ output, artifact })),
  );
}
