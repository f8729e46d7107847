/** Answers with an artifact's bytes, whole or in part, straight from the store. */
import type { Artifact } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import type { ObjectStore } from "./object-store.ts";
import { readRange } from "./range.ts";

/** Bytes named by their digest never change, but whether they may be had does: whoever keeps them asks again each time. */
const CACHE = "private, no-cache";

/** In a window of its own it is no page of ours, whatever it holds. */
const NO_PAGE = "sandbox; default-src 'none'";
/** What a browser shows or plays, and never runs. Boxes may name any type. */
const SHOWN =
  /^(?:(?:audio|video)\/.*|image\/(?:avif|bmp|gif|heic|heif|jpeg|png|tiff|webp)|text\/(?:csv|plain|vtt)|application\/json)$/;

/** @throws AppError `artifact-not-found` when the bytes are gone, `range-not-satisfiable`, `store-unavailable`. */
export async function artifactContent(
  store: ObjectStore,
  artifact: Artifact,
  request: Request,
): Promise<Response> {
  const { key, size, media_type, sha256, name } = artifact;
  const etag = `"${sha256}"`;
  const headers: Record<string, string> = { ETag: etag, "Cache-Control": CACHE, "Accept-Ranges": "bytes" };
  if (listsTag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });

  const ifRange = request.headers.get("if-range");
  const asked = ifRange === null || ifRange === etag ? request.headers.get("range") : null;
  const range = readRange(asked ?? undefined, size);
  if (range.kind === "unsatisfiable") {
    throw new AppError("range-not-satisfiable", `The artifact has ${size} bytes.`, {
      headers: { "Content-Range": `bytes */${size}` },
    });
  }
  const part = range.kind === "part";
  headers["Content-Type"] = SHOWN.test(media_type) ? media_type : "application/octet-stream";
  headers["Content-Security-Policy"] = NO_PAGE;
  headers["Content-Disposition"] = disposition(name);
  headers["Content-Length"] = String(part ? range.last - range.first + 1 : size);
  if (part) headers["Content-Range"] = `bytes ${range.first}-${range.last}/${size}`;
  const status = part ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });

  const body = await store.get(key, part ? `bytes=${range.first}-${range.last}` : undefined);
  if (!body && size > 0)
    throw new AppError("artifact-not-found", `The bytes of ${artifact.artifact_id} are gone.`);
  return new Response(body ?? null, { status, headers });
}

function listsTag(header: string | null, etag: string): boolean {
  return (header ?? "")
    .split(",")
    .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}

/** A browser saves the bytes instead of showing them as a page of this origin; players do not mind. */
function disposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
