/** Routes about the service itself. */
import { type Route } from "./route.ts";

export const serviceRoutes: Route[] = [
  {
    method: "get",
    path: "/v1/executors",
    operation: "listExecutors",
    tag: "operation",
    summary: "Who works here, and who did",
    answers: [{ status: 200, description: "All that have announced themselves.", body: "ExecutorList" }],
  },
  {
    method: "get",
    path: "/",
    operation: "getService",
    tag: "operation",
    summary: "What this is",
    answers: [{ status: 200, description: "Where everything is.", body: "ServiceInfo" }],
  },
  {
    method: "get",
    path: "/healthz",
    operation: "getHealth",
    tag: "operation",
    summary: "Whether the process lives",
    answers: [{ status: 200, description: "It does.", body: "Health" }],
  },
  {
    method: "get",
    path: "/health",
    operation: "getHealthShort",
    tag: "operation",
    summary: "The same as /healthz",
    answers: [{ status: 200, description: "It does.", body: "Health" }],
  },
  {
    method: "get",
    path: "/readyz",
    operation: "getReadiness",
    tag: "operation",
    summary: "Whether requests can be served",
    answers: [{ status: 200, description: "They can.", body: "Health" }],
    problems: ["not-ready"],
  },
  {
    method: "get",
    path: "/metrics",
    operation: "getMetrics",
    tag: "operation",
    summary: "Metrics for Prometheus",
    answers: [{ status: 200, description: "All metrics.", media: ["text/plain"] }],
  },
  {
    method: "get",
    path: "/openapi.json",
    operation: "getOpenApi",
    tag: "operation",
    summary: "This document",
    answers: [{ status: 200, description: "OpenAPI 3.1.", media: ["application/json"] }],
  },
];
