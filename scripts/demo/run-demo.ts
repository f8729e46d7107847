/** Submits one run of `talking-avatar` over HTTP, shows its progress and fetches the film. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import type { Artifact, Problem, Run, RunCreate, Video, VoiceInput } from "@myspinbot/contracts/types.ts";
import type { Client } from "./client.ts";
import { toNodeRows, withEvent } from "./node-rows.ts";
import type { DemoOptions, Upload } from "./options.ts";
import { reason } from "./out-path.ts";
import { problemText } from "./problem-text.ts";
import { openProgressView } from "./progress-view.ts";

/** The run ended without a film; the message says which node failed and why. */
export class RunFailed extends Error {}

export interface Film {
  readonly run: Run;
  /** Absolute path of the MP4. */
  readonly path: string;
  readonly bytes: number;
  readonly video: Video;
  /** What lies beside the MP4, by the name of the run's output: absolute paths. */
  readonly beside: ReadonlyMap<string, string>;
}

const BESIDE = ["webm", "captions", "poster", "preview"];

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
  write(path, content);
  const beside = new Map<string, string>();
  for (const name of BESIDE) {
    const artifact = run.output?.[name] as Artifact | undefined;
    if (artifact === undefined) continue;
    const target = path.slice(0, path.length - extname(path).length) + extname(artifact.name);
    write(target, await client.getArtifact(artifact));
    beside.set(name, target);
  }
  return { run, path, bytes: content.length, video, beside };
}

/** @throws {RunFailed} with the reason: the disk may have filled up since the path was judged */
function write(path: string, content: Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new RunFailed(`The film was made, but ${path} cannot be written: ${reason(error)}.`);
  }
}

async function toInput(client: Client, options: DemoOptions): Promise<NonNullable<RunCreate["input"]>> {
  const { input, portrait, background, voice } = options;
  return {
    ...input,
    ...(portrait === undefined ? {} : { portrait: await upload(client, portrait) }),
    ...(background === undefined ? {} : { background_image: await upload(client, background) }),
    ...(voice === undefined ? {} : { voice: await toVoice(client, voice) }),
  };
}

async function toVoice(client: Client, voice: string | Upload): Promise<VoiceInput> {
  if (typeof voice === "string") return { name: voice };
  return { ...(await upload(client, voice)), consent: true };
}

async function upload(client: Client, { path, mediaType }: Upload): Promise<{ file_id: string }> {
  const { file_id } = await client.uploadFile(readFileSync(path), mediaType, basename(path));
  return { file_id };
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
  const reasons = failed.map(
    (node) => `${node.node_id} (${node.type}): ${problemText(node.error as Problem)}`,
  );
  const rest = error === undefined ? (status_reason ?? "no reason was given") : problemText(error);
  return `The run ended as ${status}. ${reasons.length > 0 ? reasons.join("\n") : rest}`;
}
