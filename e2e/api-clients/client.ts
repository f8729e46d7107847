/**
 * A stranger's client: types by openapi-typescript, calls by openapi-fetch, events by eventsource and eventsource-parser.
 * Uploads, submits, follows and downloads; prints what it got.
 */
import { readFileSync } from "node:fs";
import { EventSource } from "eventsource";
import { EventSourceParserStream } from "eventsource-parser/stream";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Event = components["schemas"]["Event"];

const [base = "", key = "", picture = ""] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${key}` };
const api = createClient<paths>({ baseUrl: base, headers });

function known<T>({ data, error }: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

const bytes = readFileSync(picture);
const file = known(
  await api.POST("/v1/files", {
    body: "",
    bodySerializer: () => bytes,
    headers: { "Content-Type": "application/octet-stream" },
    params: {
      header: { "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent("портрет.png")}` },
    },
  }),
);

const graph: components["schemas"]["Graph"] = {
  name: "larger",
  input: { image: "Image" },
  nodes: [
    {
      id: "larger",
      type: "upscale_image",
      plane: "python",
      params: {},
      inputs: { image: "$input.image", factor: 2 },
    },
  ],
  output: { image: "$larger.image" },
};
const body: components["schemas"]["RunCreate"] = { graph, input: { image: { file_id: file.file_id } } };
const run = known(await api.POST("/v1/runs", { body }));

/** Everything that the stream holds, until it says that the run has ended. */
async function followed(): Promise<{ types: string[]; withoutData: number; lastId: string }> {
  const source = new EventSource(`${base}/v1/runs/${run.run_id}/events?after=0`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  });
  const types: string[] = [];
  let withoutData = 0;
  const ended = Promise.withResolvers<string>();
  const take = ({ type, data, lastEventId }: { type: string; data: string; lastEventId: string }): void => {
    types.push(type);
    if (data === "") withoutData += 1;
    else if ((JSON.parse(data) as Event).type !== type) ended.reject(new Error(`${type}: ${data}`));
    if (/^run\.(succeeded|failed)$/.test(type)) ended.resolve(lastEventId);
  };
  const named = ["run.queued", "run.started", "node.dispatched", "node.started", "node.progress", "node.log"];
  const later = [
    "node.preview",
    "artifact.created",
    "node.succeeded",
    "node.failed",
    "run.succeeded",
    "run.failed",
  ];
  for (const type of ["message", ...named, ...later]) source.addEventListener(type, take);
  const lastId = await ended.promise;
  source.close();
  return { types, withoutData, lastId };
}

async function parsed(): Promise<number> {
  const { body: stream } = await fetch(`${base}/v1/runs/${run.run_id}/events?after=0`, {
    headers: { ...headers, accept: "text/event-stream" },
  });
  let events = 0;
  for await (const event of stream!
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())) {
    if (event.data === "" || event.event === undefined) throw new Error("an event without data or type");
    events += 1;
  }
  return events;
}

const events = await followed();
const ended = known(await api.GET("/v1/runs/{run_id}", { params: { path: { run_id: run.run_id } } }));
const image = ended.output?.["image"] as components["schemas"]["Artifact"];
const content = known(
  await api.GET("/v1/artifacts/{artifact_id}/content", {
    params: { path: { artifact_id: image.artifact_id } },
    parseAs: "arrayBuffer",
  }),
) as unknown as ArrayBuffer;
const missing = await api.DELETE("/v1/files/{file_id}", { params: { path: { file_id: "file_x" } } });

console.log(
  JSON.stringify({
    name: file.name,
    media_type: file.media_type,
    status: ended.status,
    size: image.size,
    received: content.byteLength,
    missing: missing.response.status,
    parsed: await parsed(),
    followed: Number(events.lastId),
    withoutData: events.withoutData,
    unnamed: events.types.includes("message"),
  }),
);
