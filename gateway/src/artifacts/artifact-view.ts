/** Shows an artifact to clients. */
import type { Artifact } from "@myspinbot/contracts/types.ts";

/**
 * @param run that shows it; one that a fork has taken over stays its maker's
 * @param row what the driver wrote: the artifact reference, its run and node, and the output that it was
 */
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
    run_id: row.run_id ?? run,
    ...(node_id === undefined ? {} : { node_id }),
    url: `/v1/artifacts/${artifact_id}/content`,
  };
}
