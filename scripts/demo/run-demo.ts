/** Submits one run of `talking-avatar` over HTTP, shows its progress and fetches the film. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Problem, Run, RunCreate, Video, VoiceInput } from "@myspinbot/contracts/types.ts";
import type { Client } from "./client.ts";
import { toNodeRows, withEvent } from "./node-rows.ts";
import type { DemoOptions, Upload } from "./options.ts";
import { openProgressView } from "./progress-view.ts";

/** The run ended without a film; the message says which node failed and why. */
export class RunFailed extends Error {}

export interface Film {
  readonly run: Run;
  /** Absolute path of the MP4. */
  readonly path: string;
  readonly bytes: number;
  readonly video: Video;
}

/**
 * @param toPath where the film of that run is written
 * @throws {RunFailed} if the run ends in any other way than with success
 */
export async function makeFilm(
  client: Client,
  options: DemoOptions,
  toPath: (runId: string) => string,
): Promise<Film> {
  const accepted = await client.createRun({ graph: "talking-avatar", input: await toInput(client, options) });
  await showProgress(client, accepted);
  const run = await client.getRun(accepted.run_id);
  if (run.status !== "succeeded") throw new RunFailed(explain(run));
  const video = run.output?.video as Video;
  const content = await client.getArtifact(video);
  const path = toPath(run.run_id);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return { run, path, bytes: content.length, video };
}

async function toInput(client: Client, options: DemoOptions): Promise<NonNullable<RunCreate["input"]>> {
  const { topic, text, portrait, voice } = options;
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(text === undefined ? {} : { text }),
    ...(portrait === undefined ? {} : { portrait: { file_id: await upload(client, portrait) } }),
    ...(voice === undefined ? {} : { voice: await toVoice(client, voice) }),
  };
}

async function toVoice(client: Client, voice: string | Upload): Promise<VoiceInput> {
  if (typeof voice === "string") return { name: voice };
  return { file_id: await upload(client, voice), consent: true };
}

async function upload(client: Client, { path, mediaType }: Upload): Promise<string> {
  return (await client.uploadFile(readFileSync(path), mediaType, basename(path))).file_id;
}

async function showProgress(client: Client, run: Run): Promise<void> {
  const view = openProgressView(process.stdout);
  let rows = toNodeRows(run);
  try {
    view.show(rows);
    for await (const event of client.followRun(run.run_id)) {
      rows = withEvent(rows, event);
      view.show(rows, event.node_id);
    }
  } finally {
    view.close();
  }
}

function explain({ status, status_reason, error, nodes }: Run): string {
  const failed = nodes.filter((node) => node.status === "failed" && node.error !== undefined);
  const reasons = failed.map((node) => `${node.node_id} (${node.type}): ${toText(node.error as Problem)}`);
  const rest = error === undefined ? (status_reason ?? "no reason was given") : toText(error);
  return `The run ended as ${status}. ${reasons.length > 0 ? reasons.join("\n") : rest}`;
}

function toText({ title, detail }: Problem): string {
  return detail === undefined ? title : `${title}: ${detail}`;
}
