/** Which artifacts a run knows, and what an executor may call a new one. */
import { objectKeys, objectName, shardOfId } from "@myspinbot/contracts/keys.ts";
import type { Artifact } from "@myspinbot/contracts/types.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { INPUT_CHANNEL, outputsOf, type Channels } from "../run-engine/state.ts";
import { artifactsOf, referencesIn } from "../graphs/file-references.ts";
import { readInputSpec } from "../graphs/input-fields.ts";
import { itemTypes } from "../graphs/item-types.ts";
import type { NodeTypes } from "../graphs/node-types.ts";

const SHA256 = /^[0-9a-f]{64}$/;
const ARTIFACT_ID = /^art_s[0-9]{1,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** By id: the files among the run's inputs, and what its nodes made or handed on. */
export function knownArtifacts(
  channels: Channels,
  { graph, nodes }: GraphModel,
  nodeTypes: NodeTypes,
): Map<string, Artifact> {
  const input = (channels[INPUT_CHANNEL] ?? {}) as Record<string, unknown>;
  const known: Artifact[] = [];
  for (const [field, { type }] of readInputSpec(graph).spec.fields)
    known.push(...referencesIn(type, input[field]));
  for (const [field, types] of itemTypes(graph))
    for (const item of Array.isArray(input[field]) ? (input[field] as unknown[]) : [])
      for (const [name, type] of types)
        known.push(...referencesIn(type, (item as Record<string, unknown>)[name]));
  for (const { id, definition } of nodes)
    for (const { artifact } of artifactsOf(nodeTypes, definition.type, outputsOf(channels, id)))
      known.push(artifact);
  return new Map(known.map((artifact) => [artifact.artifact_id, artifact]));
}

/** Whether two references name the same bytes under the same name; what is said about them in `meta` may differ. */
export function isSame(a: Artifact, b: Artifact): boolean {
  const fields = ["artifact_id", "key", "media_type", "size", "sha256", "name"] as const;
  return fields.every((field) => a[field] === b[field]);
}

/** More than any file has: sums stay whole numbers whatever a box says. */
const MOST_BYTES = 2 ** 40;

/** What a new artifact counts as: bytes that another of the run names already lie there once. */
export function countedBytes(known: ReadonlyMap<string, Artifact>, { key, size }: Artifact): number {
  const named = [...known.values()].some((other) => other.key === key);
  return named ? 0 : Math.min(size, MOST_BYTES);
}

/** Whether a reference is what an executor makes for a new file of this task: the key is built again and compared. */
export function isOwnArtifact(
  { artifact_id, key, sha256, name }: Artifact,
  run: string,
  task: string,
): boolean {
  return (
    ARTIFACT_ID.test(artifact_id) &&
    shardOfId(artifact_id) === shardOfId(run) &&
    SHA256.test(sha256) &&
    key === objectKeys.artifact(run, task, sha256, objectName(name))
  );
}
