/** validators.js and its declarations: AJV's code for every schema in one module that needs nothing at run time. */
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { transform } from "esbuild";
import { bindings } from "../bindings.ts";
import { bundle } from "../bundle.ts";
import { EXPORTED, type ValidatorTables, validatedTitles, validatorTables } from "../validators.ts";
import { type JsonSchema, mapSchemas } from "../schema.ts";
import type { Source } from "../source.ts";
import { BANNER } from "./text.ts";

const BASE = "https://schemas.myspinbot.dev/titles/";
const ANNOTATIONS = [
  "x-env",
  "x-list",
  "x-secret",
  "x-setting",
  "x-node-type",
  "x-type",
  "x-named-types",
  "x-chooses-engine",
  "x-client-form",
  // How a form shows a graph's input; nothing is judged by them.
  "x-ui",
  "x-ui-groups",
  "x-ui-either",
];

export async function emitValidators(source: Source): Promise<string> {
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: false },
    strict: true,
    strictRequired: false,
    discriminator: true,
    inlineRefs: false,
  });
  for (const keyword of ANNOTATIONS) ajv.addKeyword(keyword);
  // Each definition as a schema of its own becomes one function: AJV would copy a `#/$defs/` target into every file
  // that points to it, and the module is also part of the edge bundle.
  for (const { title, file, schema } of source.titled.values()) {
    ajv.addSchema({ ...kindFirst(bundle(source.titled, file, schema, BASE).schema), $id: BASE + title });
  }
  // What one field holds, whatever else there is: a graph within another is given some fields by nodes, later.
  const parts = validatorTables(source).graphInputs.map(({ title }) => `${title}${PARTS}`);
  for (const { file, schema, title } of source.titled.values()) {
    if (!parts.includes(`${title}${PARTS}`)) continue;
    const whole = kindFirst(bundle(source.titled, file, schema, BASE).schema);
    const { type, properties, additionalProperties } = whole;
    ajv.addSchema({ $id: `${BASE}${title}${PARTS}`, type, properties, additionalProperties });
  }
  const refs = Object.fromEntries(
    [...validatedTitles(source), ...parts].map((title) => [`validate${title}`, BASE + title]),
  );
  const code = withoutRequire(standalone.default(ajv, refs));
  const { code: small } = await transform(
    `${code}\n${tables(validatorTables(source), bindings(source).clientForms)}`,
    {
      format: "esm",
      target: "es2022",
      treeShaking: true,
      minify: true,
    },
  );
  return `// ${BANNER}\n${small}`;
}

/**
 * AJV tries the branches of a `oneOf` before it looks of which kind a value is, and what only says which fields it needs
 * fits all that have none: a text in the place of an object would fit too many branches. Each says the kind itself.
 */
function kindFirst(schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, (inner) => {
    const { type, oneOf } = inner;
    if (typeof type !== "string" || !Array.isArray(oneOf)) return inner;
    const says = (branch: JsonSchema): boolean => "type" in branch || "$ref" in branch;
    return {
      ...inner,
      oneOf: (oneOf as JsonSchema[]).map((branch) => (says(branch) ? branch : { type, ...branch })),
    };
  });
}

/** Behind the title of a graph's input: the same without what it says of several fields at once. */
const PARTS = "Parts";

/** Counts characters, not UTF-16 units, as JSON Schema wants for maxLength. */
const CHARACTER_COUNT = `function characterCount(text) {
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) count += 1;
  return count;
}`;

/**
 * AJV writes ESM by mark only: its helpers are still required, and its exports would all leave the module.
 * @throws Error when the schemas need a helper that is not replaced here.
 */
function withoutRequire(code: string): string {
  const plain = code
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', "characterCount")
    .replace(/export const (validate\w+) =/g, "const $1 =");
  const other = /require\([^)]*\)/.exec(plain);
  if (other)
    throw new Error(`the validators need ${other[0]}, for which emit/ts-validators.ts has no replacement`);
  return `${CHARACTER_COUNT}\n${plain}`;
}

function tables(
  { nodeTypes, graphInputs, namedTypes }: ValidatorTables,
  forms: Record<string, string>,
): string {
  const rows = nodeTypes.map(({ type, titles }) => {
    const ports = Object.entries(titles).map(([port, title]) => `${port}: validate${title}`);
    return `${type}: { ${ports.join(", ")} }`;
  });
  const row = (name: string, title: string) => `${JSON.stringify(name)}: validate${title}`;
  // Without prototypes: clients choose the names that are looked up here.
  return `export { ${EXPORTED.map((title) => `validate${title}`).join(", ")} };
export const nodeTypeValidators = { __proto__: null, ${rows.join(", ")} };
export const graphInputValidators = { __proto__: null, ${graphInputs.map(({ path, title }) => row(path, title)).join(", ")} };
export const graphPartsValidators = { __proto__: null, ${graphInputs.map(({ path, title }) => row(path, `${title}${PARTS}`)).join(", ")} };
export const namedTypeValidators = { __proto__: null, ${namedTypes.map((title) => row(title, title)).join(", ")} };
export const clientTypeValidators = { __proto__: null, ${namedTypes.map((title) => row(title, forms[title] ?? title)).join(", ")} };
`;
}

export function emitValidatorTypes(source: Source): string {
  const named = validatorTables(source).namedTypes.map((name) => `'${name}'`);
  return `/** Validators for every boundary. ${BANNER} */
export interface ValidatorError {
  /** JSON pointer (RFC 6901) to the part that does not fit. */
  instancePath: string;
  message?: string;
  keyword: string;
  params: Record<string, unknown>;
}

/** Says whether a value fits; \`errors\` holds the first thing wrong with the latest value. */
export interface Validator {
  (data: unknown): boolean;
  errors?: ValidatorError[] | null;
}

export type NamedType = ${named.join(" | ")};

export interface NodeTypeValidators {
  params: Validator;
  inputs: Validator;
  outputs: Validator;
}

${EXPORTED.map((title) => `export const validate${title}: Validator;\n`).join("")}
/** By node type. */
export const nodeTypeValidators: Readonly<Record<string, NodeTypeValidators>>;
/** By what a graph's \`input.$ref\` says. */
export const graphInputValidators: Readonly<Record<string, Validator>>;
/** The same without what they say of several fields at once. */
export const graphPartsValidators: Readonly<Record<string, Validator>>;
export const namedTypeValidators: Readonly<Record<NamedType, Validator>>;
/** The same for what clients give: files of theirs in the place of references. */
export const clientTypeValidators: Readonly<Record<NamedType, Validator>>;
`;
}
