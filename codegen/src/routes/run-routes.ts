/** Routes of runs. */
import { type Route, header, id, query } from "./route.ts";

const RUN_ID = id("run_id", "The run.");

export const runRoutes: Route[] = [
  {
    method: "post",
    path: "/v1/runs",
    operation: "createRun",
    tag: "runs",
    summary: "Start a run",
    parameters: [
      header("Idempotency-Key", "The same key with the same body gives the same run, for a day."),
      header("Prefer", "`wait=<seconds>`, at most 60: answer when the run has ended, or after that time."),
    ],
    body: { title: "RunCreate" },
    answers: [
      { status: 202, description: "Accepted.", body: "Run", headers: { Location: "The run." } },
      { status: 200, description: "It ended while the client waited.", body: "Run" },
    ],
    problems: [
      "invalid-request",
      "malformed-json",
      "body-too-deep",
      "body-too-large",
      "unsupported-media-type",
      "graph-not-found",
      "invalid-graph",
      "invalid-input",
      "file-not-found",
      "file-incomplete",
      "unknown-engine",
      "no-executor-matches",
      "idempotency-conflict",
      "too-many-runs",
    ],
  },
  {
    method: "get",
    path: "/v1/runs",
    operation: "listRuns",
    tag: "runs",
    summary: "Runs, newest first",
    parameters: [
      query("status", "Only runs with this status.", { $ref: "#/components/schemas/RunStatus" }),
      query("graph", "Only runs of this graph.", { type: "string" }),
      query("tag", "Only runs with this tag.", { type: "string" }),
      query("limit", "At most so many.", { type: "integer", minimum: 1, maximum: 200 }),
      query("cursor", "`next_cursor` of the page before.", { type: "string" }),
    ],
    answers: [{ status: 200, description: "One page.", body: "RunPage" }],
    problems: ["invalid-request"],
  },
  {
    method: "get",
    path: "/v1/runs/{run_id}",
    operation: "getRun",
    tag: "runs",
    summary: "One run",
    parameters: [RUN_ID],
    answers: [{ status: 200, description: "The run.", body: "Run" }],
    problems: ["run-not-found"],
  },
  {
    method: "delete",
    path: "/v1/runs/{run_id}",
    operation: "deleteRun",
    tag: "runs",
    summary: "Remove a finished run with its bytes",
    parameters: [RUN_ID],
    answers: [{ status: 204, description: "It is gone." }],
    problems: ["run-not-found", "run-not-finished"],
  },
  {
    method: "get",
    path: "/v1/runs/{run_id}/artifacts",
    operation: "listArtifacts",
    tag: "runs",
    summary: "What the run has made so far",
    parameters: [RUN_ID],
    answers: [{ status: 200, description: "All artifacts.", body: "ArtifactList" }],
    problems: ["run-not-found"],
  },
  {
    method: "get",
    path: "/v1/runs/{run_id}/events",
    operation: "followRun",
    tag: "runs",
    summary: "The run's log: a page of JSON, or a live stream with `Accept: text/event-stream`",
    parameters: [
      RUN_ID,
      query("after", "Events after this seq; 0 = the whole log.", { type: "integer", minimum: 0 }),
      query("limit", "At most so many, for pages.", { type: "integer", minimum: 1, maximum: 1000 }),
      header("Last-Event-ID", "Seq of the last event seen; goes before `after`."),
    ],
    answers: [
      {
        status: 200,
        description:
          "A page, or a stream of frames whose id is the event's seq and whose data is an Event. Without a position the first frame is a `snapshot` with the Run. `gap` says that events were trimmed. It closes after the last event.",
        body: "EventPage",
        media: ["text/event-stream"],
      },
      { status: 204, description: "The run has ended and nothing follows the given seq: stop asking." },
    ],
    problems: ["run-not-found", "invalid-request", "not-acceptable"],
  },
];
