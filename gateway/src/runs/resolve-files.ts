/** Turns the files that an input names into artifact references, wherever its types say that there are files. */
import { AppError } from "../errors/app-error.ts";
import { fileKey, type FileRecord } from "../files/file-record.ts";
import type { FileStore } from "../files/file-store.ts";
import { filePartsOf, fitsMediaType, isFileType, wantedMedia } from "../graphs/file-types.ts";
import { elementOf } from "../graphs/list-types.ts";

/** Files as their owner sees them. */
export interface OwnFiles {
  files: Pick<FileStore, "use" | "missing">;
  owner: string;
}

/** Where a value stands, and what it holds. */
export interface Typed {
  type: string | undefined;
  /** Types of the fields of a list's elements. */
  items?: ReadonlyMap<string, string> | undefined;
  pointer: string;
}

export interface ResolveContext {
  own: OwnFiles;
  /** Says what is wrong with the input. */
  invalid: (pointer: string, detail: string) => AppError;
  /** Filled: ids of the files that were found. */
  used: Set<string>;
}

/** Whether a value of that type may name files at all. */
export function mayNameFiles({ type = "", items }: Pick<Typed, "type" | "items">): boolean {
  const named = elementOf(type) ?? type;
  return items !== undefined || isFileType(named) || filePartsOf(named).length > 0;
}

/** The value as nodes see it. @throws AppError `file-not-found`, `file-gone`, `file-incomplete`, `invalid-input`. */
export async function resolveFiles(context: ResolveContext, value: unknown, typed: Typed): Promise<unknown> {
  const { type = "", items, pointer } = typed;
  const element = elementOf(type);
  if (element !== undefined && Array.isArray(value)) {
    const resolved: unknown[] = [];
    // One after the other: a hundred files are no reason to ask the store for all of them at once.
    for (const [i, item] of value.entries())
      resolved.push(
        items
          ? await resolveFields(context, item as object, items, `${pointer}/${i}`)
          : await resolveFiles(context, item, { type: element, pointer: `${pointer}/${i}` }),
      );
    return resolved;
  }
  if (!isFileType(type)) return resolveParts(context, value, { type, pointer });
  const id = fileIdOf(value);
  const at = `${pointer}/file_id`;
  return id === undefined ? value : toReference(await find(context, type, { id, pointer: at }));
}

async function resolveFields(
  context: ResolveContext,
  item: object,
  types: ReadonlyMap<string, string>,
  pointer: string,
): Promise<unknown> {
  const fields: Record<string, unknown> = { ...item };
  for (const [name, type] of types)
    if (Object.hasOwn(fields, name))
      fields[name] = await resolveFiles(context, fields[name], { type, pointer: `${pointer}/${name}` });
  return fields;
}

/** Files that a value names in fields of its own become references in the fields that the nodes know. */
async function resolveParts(
  context: ResolveContext,
  value: unknown,
  { type, pointer }: { type: string; pointer: string },
): Promise<unknown> {
  let resolved = value;
  for (const part of filePartsOf(type)) {
    const { [part.given_as]: id, ...others } = resolved as Record<string, unknown>;
    if (typeof id !== "string") continue;
    const file = await find(context, part.type, { id, pointer: `${pointer}/${part.given_as}` });
    resolved = { ...others, [part.field]: toReference(file) };
  }
  return resolved;
}

/** The file with its bytes, of a media type that fits the named type. */
async function find(
  { own, invalid, used }: ResolveContext,
  type: string,
  { id, pointer }: { id: string; pointer: string },
): Promise<FileRecord> {
  const file = await own.files.use(own.owner, id);
  if (!file) throw await whyMissing(own, id, pointer);
  if (file.status !== "complete") {
    throw new AppError("file-incomplete", `The bytes of ${id} have not been uploaded.`, {
      errors: [{ pointer, detail: "names a file without bytes" }],
    });
  }
  if (!fitsMediaType(type, file.media_type))
    throw invalid(pointer, `is ${file.media_type}, but ${wantedMedia(type)} is needed`);
  used.add(file.file_id);
  return file;
}

/** What is wrong is the request, whether the file was never there or its time is over. */
async function whyMissing({ files, owner }: OwnFiles, id: string, pointer: string): Promise<AppError> {
  const { code, detail } = await files.missing(owner, id);
  const said = code === "file-gone" ? "names a file that is gone" : "names no file";
  return new AppError(code, detail, { status: 422, errors: [{ pointer, detail: said }] });
}

function toReference({ file_id, media_type, size, sha256, name }: FileRecord): Record<string, unknown> {
  return { artifact_id: file_id, key: fileKey(file_id), media_type, size, sha256, name, meta: {} };
}

/** What a client writes for a file. */
export function fileIdOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { file_id, ...others } = value as { file_id?: unknown };
  return typeof file_id === "string" && Object.keys(others).length === 0 ? file_id : undefined;
}
