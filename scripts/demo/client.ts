/** The part of the public HTTP API that the demo uses, spoken as any client would. */
import type { Artifact, Event, File, Run, RunCreate } from "@myspinbot/contracts/types.ts";
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { problemText } from "./problem-text.ts";

/** The gateway refused something; the message is what it says about it. */
export class ApiError extends Error {}

export class Client {
  readonly #base: string;
  readonly #signal: AbortSignal;

  /** @param signal ends whatever is under way */
  constructor(base: string, signal: AbortSignal) {
    this.#base = base;
    this.#signal = signal;
  }

  /** Stores bytes as a file that runs can name. */
  async uploadFile(bytes: Uint8Array<ArrayBuffer>, mediaType: string, name: string): Promise<File> {
    const headers = {
      "content-type": mediaType,
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    };
    return this.#json("/v1/files", { method: "POST", headers, body: bytes });
  }

  async createRun(body: RunCreate): Promise<Run> {
    const headers = { "content-type": "application/json" };
    return this.#json("/v1/runs", { method: "POST", headers, body: JSON.stringify(body) });
  }

  async getRun(runId: string): Promise<Run> {
    return this.#json(`/v1/runs/${runId}`);
  }

  /** All events of a run from its first on; comes back after a broken stream, ends after the last event. */
  async *followRun(runId: string): AsyncGenerator<Event> {
    let seen = 0;
    for (;;) {
      const response = await this.#fetch(`/v1/runs/${runId}/events?after=${seen}`, {
        headers: { accept: "text/event-stream", "last-event-id": String(seen) },
      });
      if (response.status === 204 || response.body === null) return;
      for await (const { id, event, data } of messages(response.body)) {
        if (event === "gap" || event === "snapshot" || id === undefined) continue;
        seen = Number(id);
        yield JSON.parse(data) as Event;
      }
    }
  }

  /** The bytes of an artifact. */
  async getArtifact({ artifact_id }: Pick<Artifact, "artifact_id">): Promise<Uint8Array> {
    const response = await this.#fetch(`/v1/artifacts/${artifact_id}/content`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async #json<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await this.#fetch(path, init);
    return (await response.json()) as T;
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.#base}${path}`, { ...init, signal: this.#signal });
    if (!response.ok) throw new ApiError(answerText(await response.text(), response.status));
    return response;
  }
}

/** A stream that the server closes, also in the middle, simply ends. */
async function* messages(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<EventSourceMessage> {
  const stream = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  try {
    for await (const message of stream) yield message;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Title, detail and the fields at fault, if the body is a problem; else the body. */
function answerText(body: string, status: number): string {
  try {
    const problem = JSON.parse(body) as {
      title: string;
      detail?: string;
      errors?: { pointer: string; detail: string }[];
    };
    const fields = (problem.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || "/"}: ${detail}`);
    return `${problemText(problem)}${fields.join("")}`;
  } catch {
    return `The gateway answered ${status}: ${body.slice(0, 500)}`;
  }
}
