/** The files of the built page, read once: small, and what is served cannot lie outside its folder. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { howLongKept, mediaTypeOf, SHELL } from "../../page.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Codings that the build makes beside a file, the better one first. */
const CODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

interface PageFile {
  type: string;
  etag: string;
  /** By coding; `identity` is always there. */
  bytes: ReadonlyMap<string, Buffer<ArrayBuffer>>;
}

type FindFile = (request: Request, path: string | undefined) => Response | undefined;

/** @param folder seen from the folder that holds `gateway/` */
export function readPage(folder: string): { page?: FindFile } {
  const root = resolve(ROOT, folder);
  if (!existsSync(join(root, SHELL))) return {};
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const type = mediaTypeOf(entry.name);
    if (entry.isFile() && type !== undefined)
      files.set(`/${relative(root, path).split(sep).join("/")}`, readFile(path, type));
  }
  return { page: (request, path = SHELL) => toResponse(request, path, files.get(path)) };
}

function readFile(path: string, type: string): PageFile {
  const whole = readFileSync(path);
  const bytes = new Map([["identity", whole]]);
  for (const [coding, suffix] of CODINGS)
    if (existsSync(path + suffix)) bytes.set(coding, readFileSync(path + suffix));
  return { type, etag: `"${createHash("sha256").update(whole).digest("hex").slice(0, 32)}"`, bytes };
}

function toResponse(request: Request, path: string, file: PageFile | undefined): Response | undefined {
  if (file === undefined) return undefined;
  const accepted = request.headers.get("accept-encoding") ?? "";
  const [coding] = CODINGS.find(([name]) => takes(accepted, name) && file.bytes.has(name)) ?? ["identity"];
  const headers = {
    "Content-Type": file.type,
    "Cache-Control": howLongKept(path),
    ETag: file.etag,
    Vary: path === SHELL ? "Accept, Accept-Encoding" : "Accept-Encoding",
    ...(coding === "identity" ? {} : { "Content-Encoding": coding }),
  };
  if (request.headers.get("if-none-match")?.includes(file.etag))
    return new Response(null, { status: 304, headers });
  const bytes = file.bytes.get(coding);
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: { ...headers, "Content-Length": String(bytes?.length ?? 0) },
  });
}

function takes(accepted: string, coding: string): boolean {
  const row = accepted
    .split(",")
    .map((each) => each.trim().toLowerCase())
    .find((each) => each.split(";")[0] === coding);
  return row !== undefined && !/;\s*q=0(\.0*)?$/.test(row);
}
