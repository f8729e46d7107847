/** node-types.ts: what the gateway knows about every node type. */
import { bindings } from "../bindings.ts";
import { nodeTypes } from "../node-types.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitNodeTypes(source: Source): string {
  const { fileTypes, fileParts } = bindings(source);
  const table = Object.fromEntries(nodeTypes(source).map((type) => [type.type, type]));
  return `/** Node types, one per file of schemas/nodes. ${BANNER} */
import type { GraphNode } from './types.ts';
import type { NamedType } from './validators.js';

export interface PortDefinition {
  type: NamedType | \`\${NamedType}[]\`;
  required: boolean;
  /** Which offers of an engine must have what the value, or a field of it, asks for. */
  chooses_engine?: string | Record<string, string>;
}

export interface NodeTypeDefinition {
  type: string;
  plane: NonNullable<GraphNode['plane']>;
  description: string;
  timeout_s: number;
  /** Engine adapters in order of preference: \`auto\` takes the first that the executor has. */
  engines: string[];
  resources: { cpu: number; gpu: number; vram_gb: number };
  /** SHA-256 of the schema file's canonical JSON (RFC 8785); executors match by it. */
  schema_digest: string;
  /** Defaults of params; validators do not fill them in. */
  param_defaults?: Record<string, unknown>;
  /** For nodes of a graph that say nothing of retries themselves. */
  retry?: NonNullable<GraphNode['retry']>;
  inputs: Record<string, PortDefinition>;
  outputs: Record<string, PortDefinition>;
}

// Without a prototype, so that a type called "constructor" is unknown like any other.
export const NODE_TYPES: Readonly<Record<string, NodeTypeDefinition>> = Object.assign(
  Object.create(null) as object,
  ${tsLiteral(table)} satisfies Record<string, NodeTypeDefinition>,
);

/** Named types that are artifact references, and how media types that fit begin. */
export const FILE_TYPES: ReadonlyMap<string, string> = new Map(Object.entries(${tsLiteral(fileTypes)}));

/** Named types with references in fields: of which type these are, and where clients name the file. */
export const FILE_PARTS: ReadonlyMap<string, Record<string, { type: NamedType; given_as: string }>> = new Map(
  Object.entries(${tsLiteral(fileParts)} as const),
);
`;
}
