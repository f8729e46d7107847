/** validators.js and its declarations: AJV's code for every schema in one module that needs nothing at run time. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { EXPORTED, type ValidatorTables, validatedTitles, validatorTables } from '../validators.ts';
import type { Source } from '../source.ts';
import { BANNER } from './text.ts';

const ANNOTATIONS = ['x-env', 'x-list', 'x-secret', 'x-node-type', 'x-type', 'x-named-types'];

/** @param root folder of the repository, from which AJV's few helpers are resolved. */
export async function emitValidators(source: Source, root: string): Promise<string> {
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: false },
    strict: true,
    strictRequired: false,
    discriminator: true,
    schemas: source.files.map(({ schema }) => schema),
  });
  for (const keyword of ANNOTATIONS) ajv.addKeyword(keyword);
  const refs = Object.fromEntries(
    validatedTitles(source).map((title) => [`validate${title}`, source.titled.get(title)?.ref as string]),
  );
  // ESM by mark only: AJV still writes `require` for its helpers, which esbuild puts in their place.
  const code = standalone.default(ajv, refs);
  const result = await build({
    stdin: { contents: `${inside(code)}\n${tables(validatorTables(source))}`, resolveDir: `${root}/codegen` },
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'es2022',
    // Comments would name the folders that npm happened to install into.
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
  });
  return `// ${BANNER}\n${result.outputFiles[0]?.text ?? ''}`;
}

/** AJV exports each validator; only the boundary's own ones leave the module by name. */
function inside(code: string): string {
  return code.replace(/^"use strict";/, '').replace(/export const (validate\w+) =/g, 'const $1 =');
}

function tables({ nodeTypes, graphInputs, namedTypes }: ValidatorTables): string {
  const rows = nodeTypes.map(({ type, titles }) => {
    const ports = Object.entries(titles).map(([port, title]) => `${port}: validate${title}`);
    return `${type}: { ${ports.join(', ')} }`;
  });
  const row = (name: string, title: string) => `${JSON.stringify(name)}: validate${title}`;
  // Without prototypes: clients choose the names that are looked up here.
  return `export { ${EXPORTED.map((title) => `validate${title}`).join(', ')} };
export const nodeTypeValidators = { __proto__: null, ${rows.join(', ')} };
export const graphInputValidators = { __proto__: null, ${graphInputs.map(({ path, title }) => row(path, title)).join(', ')} };
export const namedTypeValidators = { __proto__: null, ${namedTypes.map((title) => row(title, title)).join(', ')} };
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

export type NamedType = ${named.join(' | ')};

export interface NodeTypeValidators {
  params: Validator;
  inputs: Validator;
  outputs: Validator;
}

${EXPORTED.map((title) => `export const validate${title}: Validator;\n`).join('')}
/** By node type. */
export const nodeTypeValidators: Readonly<Record<string, NodeTypeValidators>>;
/** By what a graph's \`input.$ref\` says. */
export const graphInputValidators: Readonly<Record<string, Validator>>;
export const namedTypeValidators: Readonly<Record<NamedType, Validator>>;
`;
}
