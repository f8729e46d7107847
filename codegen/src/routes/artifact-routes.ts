/** Routes of artifacts. */
import { type Route, header, id } from "./route.ts";

const ARTIFACT_ID = id("artifact_id", "The artifact.");

export const artifactRoutes: Route[] = [
  {
    method: "get",
    path: "/v1/artifacts/{artifact_id}",
    operation: "getArtifact",
    tag: "artifacts",
    summary: "What is known about an artifact",
    parameters: [ARTIFACT_ID],
    answers: [{ status: 200, description: "The artifact.", body: "Artifact" }],
    problems: ["artifact-not-found"],
  },
  {
    method: "get",
    path: "/v1/artifacts/{artifact_id}/content",
    operation: "getArtifactContent",
    tag: "artifacts",
    summary: "The bytes of an artifact",
    parameters: [ARTIFACT_ID, header("Range", "One range of bytes.")],
    answers: [
      { status: 200, description: "All bytes.", media: ["*/*"] },
      { status: 206, description: "The range.", media: ["*/*"] },
      { status: 304, description: "The client has them." },
    ],
    problems: ["artifact-not-found", "range-not-satisfiable"],
  },
];
