/** Shows an artifact to clients. */
import type { Artifact } from "@myspinbot/contracts/types.ts";

/** `row` is what the driver wrote: the artifact reference, its node, and the output that it was. */
export function toArtifact(run: string, row: Artifact & { output?: string }): Artifact {
  const { artifact_id, key, media_type, size, sha256, name, meta, node_id } = row;
  return {
    artifact_id,
    key,
    media_type,
    size,
    sha256,
    name,
    meta,
    run_id: run,
    ...(node_id === undefined ? {} : { node_id }),
    url: `/v1/artifacts/${artifact_id}/content`,
  };
}
