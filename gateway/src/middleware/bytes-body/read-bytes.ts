/** Reads a body of bounded size, whatever Content-Length says. */
import type { AppEnv } from "../../app-env.ts";
import { AppError } from "../../errors/app-error.ts";

/** Up to here a body is taken as one: a stream of it costs more than all else that is done with most requests. */
export const SMALL_BYTES = 262_144;

/** @throws AppError `body-too-large` as soon as the limit is passed; the rest is not read. `client-gone` in mid-body. */
export async function readBytes(
  request: Request,
  limit: number,
  arrived?: AppEnv["Bindings"]["arrived"],
): Promise<Uint8Array<ArrayBuffer>> {
  const said = lengthOf(request);
  if (said !== undefined && said > limit) throw tooLarge(limit);
  const bytes = said === undefined ? undefined : await arrived?.(said);
  if (bytes) return bytes;
  return said !== undefined && said <= SMALL_BYTES ? readWhole(request, limit) : readParts(request, limit);
}

/** As the request says it; undefined where it does not, or says nothing that is a number. */
export function lengthOf(request: Request): number | undefined {
  const said = request.headers.get("content-length");
  return said !== null && /^\d{1,15}$/.test(said) ? Number(said) : undefined;
}

/** HTTP ends a body where Content-Length says. */
async function readWhole(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await request.arrayBuffer().catch(() => {
    throw brokenOff();
  });
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return new Uint8Array(bytes);
}

async function readParts(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const part of bodyOf(request)) {
    size += part.byteLength;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** A body that breaks off has one cause: whoever sent it is gone, or what came is no HTTP. Neither is our error. */
export async function* bodyOf(request: Request): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* request.body ?? [];
  } catch {
    throw brokenOff();
  }
}

export function brokenOff(): AppError {
  return new AppError("client-gone", "The body broke off.");
}

export function tooLarge(limit: number): AppError {
  return new AppError("body-too-large", `The body may have ${limit} bytes.`);
}
