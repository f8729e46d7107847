/** The public routes by hand: what JSON Schemas cannot say about an HTTP API. */

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description: string;
  schema: Record<string, unknown>;
}

export interface Answer {
  status: number;
  description: string;
  /** Title of the JSON body's schema. */
  body?: string;
  /** Media types of a body that is not JSON. */
  media?: string[];
  headers?: Record<string, string>;
}

export interface Route {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  /** camelCase verb and noun. */
  operation: string;
  summary: string;
  tag: string;
  parameters?: Parameter[];
  /** Title of the JSON body's schema, and other media types that are taken. */
  body?: { title?: string; media?: string[] };
  answers: Answer[];
  /** Problems beside those that every route may answer. */
  problems?: string[];
}

const id = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  description,
  schema: { $ref: '#/components/schemas/Identifier' },
});
const query = (name: string, description: string, schema: Record<string, unknown>): Parameter => ({ name, in: 'query', description, schema });
const header = (name: string, description: string): Parameter => ({ name, in: 'header', description, schema: { type: 'string' } });

const RUN_ID = id('run_id', 'The run.');
const FILE_ID = id('file_id', 'The file.');
const ARTIFACT_ID = id('artifact_id', 'The artifact.');

export const COMMON_PROBLEMS = ['internal', 'redis-unavailable', 'store-unavailable'];

const catalogue: Route[] = [
  {
    method: 'get', path: '/v1/graphs', operation: 'listGraphs', tag: 'catalogue', summary: 'The graphs that can be run by name',
    answers: [{ status: 200, description: 'All of them.', body: 'GraphList' }],
  },
  {
    method: 'get', path: '/v1/graphs/{name}', operation: 'getGraph', tag: 'catalogue', summary: 'One graph and the schema of its input',
    parameters: [{ name: 'name', in: 'path', description: 'The graph.', schema: { type: 'string' } }],
    answers: [{ status: 200, description: 'The graph.', body: 'GraphDetail' }], problems: ['not-found'],
  },
  {
    method: 'get', path: '/v1/capabilities', operation: 'getCapabilities', tag: 'catalogue', summary: 'Node types and what the executors can do of them',
    answers: [{ status: 200, description: 'All node types.', body: 'Capabilities' }],
  },
];

const runs: Route[] = [
  {
    method: 'post', path: '/v1/runs', operation: 'createRun', tag: 'runs', summary: 'Start a run',
    parameters: [
      header('Idempotency-Key', 'The same key with the same body gives the same run, for a day.'),
      header('Prefer', '`wait=<seconds>`, at most 60: answer when the run has ended, or after that time.'),
    ],
    body: { title: 'RunCreate' },
    answers: [
      { status: 202, description: 'Accepted.', body: 'Run', headers: { Location: 'The run.' } },
      { status: 200, description: 'It ended while the client waited.', body: 'Run' },
    ],
    problems: [
      'invalid-request', 'malformed-json', 'body-too-deep', 'body-too-large', 'unsupported-media-type', 'graph-not-found', 'invalid-graph',
      'invalid-input', 'file-not-found', 'file-incomplete', 'unknown-engine', 'no-executor-matches', 'idempotency-conflict', 'too-many-runs',
    ],
  },
  {
    method: 'get', path: '/v1/runs', operation: 'listRuns', tag: 'runs', summary: 'Runs, newest first',
    parameters: [
      query('status', 'Only runs with this status.', { $ref: '#/components/schemas/RunStatus' }),
      query('graph', 'Only runs of this graph.', { type: 'string' }),
      query('tag', 'Only runs with this tag.', { type: 'string' }),
      query('limit', 'At most so many.', { type: 'integer', minimum: 1, maximum: 200 }),
      query('cursor', '`next_cursor` of the page before.', { type: 'string' }),
    ],
    answers: [{ status: 200, description: 'One page.', body: 'RunPage' }], problems: ['invalid-request'],
  },
  {
    method: 'get', path: '/v1/runs/{run_id}', operation: 'getRun', tag: 'runs', summary: 'One run', parameters: [RUN_ID],
    answers: [{ status: 200, description: 'The run.', body: 'Run' }], problems: ['run-not-found'],
  },
  {
    method: 'delete', path: '/v1/runs/{run_id}', operation: 'deleteRun', tag: 'runs', summary: 'Remove a finished run with its bytes', parameters: [RUN_ID],
    answers: [{ status: 204, description: 'It is gone.' }], problems: ['run-not-found', 'run-not-finished'],
  },
  {
    method: 'get', path: '/v1/runs/{run_id}/artifacts', operation: 'listArtifacts', tag: 'runs', summary: 'What the run has made so far', parameters: [RUN_ID],
    answers: [{ status: 200, description: 'All artifacts.', body: 'ArtifactList' }], problems: ['run-not-found'],
  },
  {
    method: 'get', path: '/v1/runs/{run_id}/events', operation: 'followRun', tag: 'runs',
    summary: 'The run\'s log: a page of JSON, or a live stream with `Accept: text/event-stream`',
    parameters: [
      RUN_ID,
      query('after', 'Events after this seq; 0 = the whole log.', { type: 'integer', minimum: 0 }),
      query('limit', 'At most so many, for pages.', { type: 'integer', minimum: 1, maximum: 1000 }),
      header('Last-Event-ID', 'Seq of the last event seen; goes before `after`.'),
    ],
    answers: [
      {
        status: 200,
        description: 'A page, or a stream of frames whose id is the event\'s seq and whose data is an Event. Without a position the first frame is a `snapshot` with the Run. `gap` says that events were trimmed. It closes after the last event.',
        body: 'EventPage',
        media: ['text/event-stream'],
      },
      { status: 204, description: 'The run has ended and nothing follows the given seq: stop asking.' },
    ],
    problems: ['run-not-found', 'invalid-request', 'not-acceptable'],
  },
];

const bytes: Route[] = [
  {
    method: 'post', path: '/v1/files', operation: 'createFile', tag: 'files', summary: 'Bring a file: its bytes at once, or their description first',
    parameters: [header('Content-Disposition', '`attachment; filename="..."`: the name, when the body is the bytes.')],
    body: { title: 'FileCreate', media: ['image/*', 'audio/*', 'video/*'] },
    answers: [{ status: 201, description: 'The file; with `upload` when its bytes are still to come.', body: 'File', headers: { Location: 'The file.' } }],
    problems: ['invalid-request', 'malformed-json', 'body-too-large', 'unsupported-media-type', 'file-mismatch'],
  },
  {
    method: 'put', path: '/v1/files/{file_id}/content', operation: 'putFileContent', tag: 'files', summary: 'Bring the bytes of an announced file', parameters: [FILE_ID],
    body: { media: ['image/*', 'audio/*', 'video/*'] },
    answers: [{ status: 200, description: 'The file.', body: 'File' }], problems: ['file-not-found', 'file-mismatch', 'body-too-large', 'unsupported-media-type'],
  },
  {
    method: 'post', path: '/v1/files/{file_id}/complete', operation: 'completeFile', tag: 'files', summary: 'Say that the bytes lie in the store; they are checked', parameters: [FILE_ID],
    answers: [{ status: 200, description: 'The file.', body: 'File' }], problems: ['file-not-found', 'file-incomplete', 'file-mismatch'],
  },
  {
    method: 'delete', path: '/v1/files/{file_id}', operation: 'deleteFile', tag: 'files', summary: 'Remove a file', parameters: [FILE_ID],
    answers: [{ status: 204, description: 'It is gone.' }], problems: ['file-not-found'],
  },
  {
    method: 'get', path: '/v1/artifacts/{artifact_id}', operation: 'getArtifact', tag: 'artifacts', summary: 'What is known about an artifact', parameters: [ARTIFACT_ID],
    answers: [{ status: 200, description: 'The artifact.', body: 'Artifact' }], problems: ['artifact-not-found'],
  },
  {
    method: 'get', path: '/v1/artifacts/{artifact_id}/content', operation: 'getArtifactContent', tag: 'artifacts', summary: 'The bytes of an artifact',
    parameters: [ARTIFACT_ID, header('Range', 'One range of bytes.')],
    answers: [
      { status: 200, description: 'All bytes.', media: ['*/*'] },
      { status: 206, description: 'The range.', media: ['*/*'] },
      { status: 302, description: 'They can be had from the store, for a short time.', headers: { Location: 'Where.' } },
      { status: 304, description: 'The client has them.' },
    ],
    problems: ['artifact-not-found', 'range-not-satisfiable'],
  },
];

const service: Route[] = [
  {
    method: 'get', path: '/v1/executors', operation: 'listExecutors', tag: 'operation', summary: 'Who works here, and who did',
    answers: [{ status: 200, description: 'All that have announced themselves.', body: 'ExecutorList' }],
  },
  {
    method: 'get', path: '/', operation: 'getService', tag: 'operation', summary: 'What this is',
    answers: [{ status: 200, description: 'Where everything is.', body: 'ServiceInfo' }],
  },
  {
    method: 'get', path: '/healthz', operation: 'getHealth', tag: 'operation', summary: 'Whether the process lives; also /health',
    answers: [{ status: 200, description: 'It does.', body: 'Health' }],
  },
  {
    method: 'get', path: '/readyz', operation: 'getReadiness', tag: 'operation', summary: 'Whether requests can be served',
    answers: [{ status: 200, description: 'They can.', body: 'Health' }], problems: ['not-ready'],
  },
  {
    method: 'get', path: '/metrics', operation: 'getMetrics', tag: 'operation', summary: 'Metrics for Prometheus',
    answers: [{ status: 200, description: 'All metrics.', media: ['text/plain'] }],
  },
  {
    method: 'get', path: '/openapi.json', operation: 'getOpenApi', tag: 'operation', summary: 'This document',
    answers: [{ status: 200, description: 'OpenAPI 3.1.', media: ['application/json'] }],
  },
];

export const ROUTES: Route[] = [...catalogue, ...runs, ...bytes, ...service];
