/** Routes of artifacts. */
import { type Route, header, id } from "./route.ts";

/** The artifact's own media type; generators know only the first of the two. */
const BYTES = ["application/octet-stream", "*/*"];
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
      { status: 200, description: "All bytes.", media: BYTES },
      { status: 206, description: "The range.", media: BYTES },
      { status: 304, description: "The client has them." },
    ],
    problems: ["artifact-not-found", "range-not-satisfiable"],
  },
];
