/** Checks a run's input against its graph and turns files into artifact references. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { fileKey, type FileRecord } from "../files/file-record.ts";
import type { FileStore } from "../files/file-store.ts";
import type { AcceptedGraph } from "../graphs/catalogue.ts";
import { filePartsOf, fitsMediaType, isFileType, wantedMedia } from "../graphs/file-types.ts";
import { clientType, type InputSpec } from "../graphs/input-fields.ts";
import { parseReference } from "../graphs/references.ts";

type Input = Record<string, unknown>;

/** Files as their owner sees them. */
export interface OwnFiles {
  files: Pick<FileStore, "use">;
  owner: string;
}

const encoder = new TextEncoder();

/** The input as the nodes see it, and the ids of the files in it. */
export interface PreparedInput {
  input: Input;
  files: string[];
}

/**
 * From here on the files are kept for the run.
 * @throws AppError `invalid-input`, `file-not-found`, `file-incomplete`, with pointers into the request.
 */
export async function prepareInput(
  accepted: AcceptedGraph,
  input: Input,
  files: OwnFiles,
): Promise<PreparedInput> {
  const problems = [...checkFields(accepted.input, input), ...missingFields(accepted, input)];
  if (problems.length > 0) throw invalidInput(accepted, problems);
  if (encoder.encode(JSON.stringify(input)).byteLength > DEFAULTS.input_bytes) {
    throw invalidInput(accepted, [{ pointer: "/input", detail: `may have ${DEFAULTS.input_bytes} bytes` }]);
  }
  const resolved = await Promise.all(
    Object.entries(input).map(
      async ([name, value]) => [name, await resolve(accepted, name, value, files)] as const,
    ),
  );
  const used = new Set(resolved.flatMap(([, { files: named }]) => named.map((file) => file.file_id)));
  return {
    input: Object.fromEntries(resolved.map(([name, { value }]) => [name, value])),
    files: [...used],
  };
}

function invalidInput({ graph }: AcceptedGraph, errors: FieldError[]): AppError {
  const [first] = errors;
  return new AppError(
    "invalid-input",
    `The input does not fit the graph "${graph.name}": ${first?.pointer} ${first?.detail}.`,
    { errors },
  );
}

function checkFields(spec: InputSpec, input: Input): FieldError[] {
  if (spec.validator) return fieldErrors(spec.validator, input, "/input");
  const problems: FieldError[] = [];
  for (const [name, { type, required }] of spec.fields) {
    const pointer = `/input/${name}`;
    if (!Object.hasOwn(input, name)) {
      if (required) problems.push({ pointer, detail: "is missing" });
    } else if (isFileType(type)) {
      if (fileIdOf(input[name]) === undefined) problems.push({ pointer, detail: 'must be {"file_id": ...}' });
    } else {
      problems.push(...fieldErrors(clientType(type)!, input[name], pointer));
    }
  }
  for (const name of Object.keys(input)) {
    if (!spec.fields.has(name))
      problems.push({ pointer: `/input/${escapePointer(name)}`, detail: "is not a known field" });
  }
  return problems;
}

/** Fields that the schema leaves open but a node of the graph needs. */
function missingFields({ graph }: AcceptedGraph, input: Input): FieldError[] {
  const missing = new Map<string, string>();
  for (const node of graph.nodes) {
    for (const value of Object.values(node.inputs ?? {})) {
      const reference = parseReference(value);
      if (reference.kind === "input" && !reference.optional && !Object.hasOwn(input, reference.field))
        missing.set(reference.field, node.id);
    }
  }
  return Array.from(missing, ([field, node]) => ({
    pointer: `/input/${field}`,
    detail: `is missing, and the node "${node}" needs it`,
  }));
}

/** A field as the nodes see it, and the files that it names. */
interface Resolved {
  value: unknown;
  files: FileRecord[];
}

async function resolve(
  accepted: AcceptedGraph,
  name: string,
  value: unknown,
  files: OwnFiles,
): Promise<Resolved> {
  const type = accepted.input.fields.get(name)?.type;
  if (type === undefined) return { value, files: [] };
  if (!isFileType(type)) return resolveParts(accepted, { name, type, value }, files);
  const fileId = fileIdOf(value);
  if (fileId === undefined) return { value, files: [] };
  const file = await find(accepted, type, { id: fileId, pointer: `/input/${name}/file_id` }, files);
  return { value: toReference(file), files: [file] };
}

/** Files that a value names in fields of its own become references in the fields that the nodes know. */
async function resolveParts(
  accepted: AcceptedGraph,
  { name, type, value }: { name: string; type: string; value: unknown },
  own: OwnFiles,
): Promise<Resolved> {
  const files: FileRecord[] = [];
  let resolved = value;
  for (const part of filePartsOf(type)) {
    const { [part.given_as]: id, ...others } = resolved as Input;
    if (typeof id !== "string") continue;
    const pointer = `/input/${name}/${part.given_as}`;
    const file = await find(accepted, part.type, { id, pointer }, own);
    files.push(file);
    resolved = { ...others, [part.field]: toReference(file) };
  }
  return { value: resolved, files };
}

/** The file with its bytes, of a media type that fits the named type. */
async function find(
  accepted: AcceptedGraph,
  type: string,
  { id, pointer }: { id: string; pointer: string },
  { files, owner }: OwnFiles,
): Promise<FileRecord> {
  const file = await files.use(owner, id);
  if (!file)
    throw new AppError("file-not-found", `There is no file ${id.slice(0, 64)}.`, {
      errors: [{ pointer, detail: "names no file" }],
    });
  if (file.status !== "complete") {
    throw new AppError("file-incomplete", `The bytes of ${id} have not been uploaded.`, {
      errors: [{ pointer, detail: "names a file without bytes" }],
    });
  }
  if (!fitsMediaType(type, file.media_type)) {
    throw invalidInput(accepted, [
      { pointer, detail: `is ${file.media_type}, but ${wantedMedia(type)} is needed` },
    ]);
  }
  return file;
}

function toReference({ file_id, media_type, size, sha256, name }: FileRecord): Input {
  return { artifact_id: file_id, key: fileKey(file_id), media_type, size, sha256, name, meta: {} };
}

function fileIdOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { file_id, ...others } = value as { file_id?: unknown };
  return typeof file_id === "string" && Object.keys(others).length === 0 ? file_id : undefined;
}
