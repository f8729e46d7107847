/** Submits one run of a graph that makes a film over HTTP, shows its progress and fetches the film. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import { explainEnd, watchRun } from "@myspinbot/client/cli/progress/watch-run.ts";
import type { Asking } from "@myspinbot/client/runs.ts";
import type { Artifact, Run, RunCreate, Video, VoiceInput } from "@myspinbot/contracts/types.ts";
import type { DemoOptions, Upload } from "./options.ts";
import { reason } from "./out-path.ts";

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

/** The client, and what ends whatever it does. */
interface Speaking extends Asking {
  readonly client: Client;
}

const BESIDE = ["webm", "captions", "poster", "preview"];

/**
 * @param toPath where the film of that run is written
 * @throws {RunFailed} if the run ends in any other way than with success
 */
export async function makeFilm(
  speaking: Speaking,
  options: DemoOptions,
  toPath: (runId: string) => string,
): Promise<Film> {
  const { client, signal } = speaking;
  const input = await toInput(speaking, options);
  const accepted = await client.runs.submit({ graph: options.graph, input }, { signal });
  const run = await watchRun(
    { client, output: process.stdout, env: process.env, now: () => Date.now(), signal },
    accepted,
  );
  if (run.status !== "succeeded") throw new RunFailed(explainEnd(run));
  const video = run.output?.video as Video;
  const content = await client.artifacts.bytes(video.artifact_id, { signal });
  const path = toPath(run.run_id);
  mkdirSync(dirname(path), { recursive: true });
  write(path, content);
  const beside = new Map<string, string>();
  for (const name of BESIDE) {
    const artifact = run.output?.[name] as Artifact | undefined;
    if (artifact === undefined) continue;
    const target = path.slice(0, path.length - extname(path).length) + extname(artifact.name);
    write(target, await client.artifacts.bytes(artifact.artifact_id, { signal }));
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

async function toInput(speaking: Speaking, options: DemoOptions): Promise<NonNullable<RunCreate["input"]>> {
  const { input, portrait, background, voice } = options;
  return {
    ...input,
    ...(portrait === undefined ? {} : { portrait: await upload(speaking, portrait) }),
    ...(background === undefined ? {} : { background_image: await upload(speaking, background) }),
    ...(voice === undefined ? {} : { voice: await toVoice(speaking, voice) }),
  };
}

async function toVoice(speaking: Speaking, voice: string | Upload): Promise<VoiceInput> {
  if (typeof voice === "string") return { name: voice };
  return { ...(await upload(speaking, voice)), consent: true };
}

async function upload(
  { client, signal }: Speaking,
  { path, mediaType }: Upload,
): Promise<{ file_id: string }> {
  const content = { bytes: readFileSync(path), mediaType };
  const { file_id } = await client.files.upload(content, { name: basename(path), signal });
  return { file_id };
}
