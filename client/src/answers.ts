/** Turns HTTP answers into values or errors. What is not the API's own is never taken for it. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import { readChunks, type ReadOptions } from "./chunks.ts";
import { ApiError, type ClientError, ForeignAnswerError } from "./errors.ts";

/** What of a foreign answer is read: enough to recognise it. */
const EXCERPT_BYTES = 16_384;

/** @throws ForeignAnswerError for anything but JSON; NetworkError when it broke off */
export async function readJson<T>(response: Response, options: ReadOptions): Promise<T> {
  if (mediaTypeOf(response) !== "application/json") throw await foreign(response, options);
  const text = await readText(response, options);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw foreignText(response, text);
  }
}

export async function readBytes(response: Response, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of readChunks(response.body, options)) chunks.push(chunk);
  return joined(chunks);
}

/** The error that an answer stands for which is none of those that the route describes. */
export async function errorOf(response: Response, options: ReadOptions): Promise<ClientError> {
  if (mediaTypeOf(response) !== "application/problem+json") return foreign(response, options);
  const text = await readText(response, options);
  const problem = asProblem(text);
  return problem
    ? new ApiError(problem, response.status, retryAfterOf(response))
    : foreignText(response, text);
}

/** @returns the media type without parameters, in small letters; empty if there is none */
export function mediaTypeOf(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

export async function foreign(response: Response, options: ReadOptions): Promise<ForeignAnswerError> {
  return foreignText(response, await excerpt(response, options));
}

async function readText(response: Response, options: ReadOptions): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, options));
}

/** Problems of other APIs have no code and no class. */
function asProblem(text: string): Problem | undefined {
  try {
    const given = JSON.parse(text) as Partial<Problem> | null;
    const isOurs = [given?.code, given?.class, given?.title].every((member) => typeof member === "string");
    return isOurs ? ({ detail: "", ...given } as Problem) : undefined;
  } catch {
    return undefined;
  }
}

async function excerpt(response: Response, options: ReadOptions): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of readChunks(response.body, options)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= EXCERPT_BYTES) break;
    }
  } catch {
    // What it is can be said without its rest; an abort is seen by whoever sent the request.
  }
  return new TextDecoder().decode(joined(chunks).subarray(0, EXCERPT_BYTES));
}

function foreignText(response: Response, text: string): ForeignAnswerError {
  const status = response.status;
  const target = response.headers.get("location");
  const words = /<title>([^<]{1,200})/i.exec(text)?.[1] ?? text;
  const said = words.replace(/\s+/g, " ").trim().slice(0, 200);
  const what =
    response.type === "opaqueredirect" || (status >= 300 && status < 400 && target !== null)
      ? `A redirect${target === null ? "" : ` to ${target.slice(0, 200)}`} came in place of an answer`
      : `An answer came that is none of the API's: status ${status}, ${mediaTypeOf(response) || "no media type"}`;
  return new ForeignAnswerError(`${what}${said === "" ? "." : `: ${said}`}`, status, retryAfterOf(response));
}

/** Seconds, or a date, which is compared with the answer's own: the clocks of two machines differ. */
function retryAfterOf({ headers }: Response): number | undefined {
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1000;
  const ms = Date.parse(given) - Date.parse(headers.get("date") ?? "");
  return ms >= 0 ? ms : undefined;
}

export function joined(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
