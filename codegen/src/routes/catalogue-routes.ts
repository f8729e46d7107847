/** Routes that say what can be run. */
import { type Route } from "./route.ts";

export const catalogueRoutes: Route[] = [
  {
    method: "get",
    path: "/v1/graphs",
    operation: "listGraphs",
    tag: "catalogue",
    summary: "The graphs that can be run by name",
    answers: [{ status: 200, description: "All of them.", body: "GraphList" }],
  },
  {
    method: "get",
    path: "/v1/graphs/{name}",
    operation: "getGraph",
    tag: "catalogue",
    summary: "One graph and the schema of its input",
    parameters: [{ name: "name", in: "path", description: "The graph.", schema: { type: "string" } }],
    answers: [{ status: 200, description: "The graph.", body: "GraphDetail" }],
    problems: ["not-found"],
  },
  {
    method: "get",
    path: "/v1/capabilities",
    operation: "getCapabilities",
    tag: "catalogue",
    summary: "Node types and what the executors can do of them",
    answers: [{ status: 200, description: "All node types.", body: "Capabilities" }],
  },
];
