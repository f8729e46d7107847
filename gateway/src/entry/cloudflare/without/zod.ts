/**
 * In place of zod, which LangChain loads for schemas of tools, prompts and messages: a fifth of the bundle. Modules make
 * some of those while they are loaded, and nobody asks them anything: who would gets an error, never a wrong answer.
 */

interface Unasked {
  default(): Unasked;
}

function unasked(): Unasked {
  const schema = { default: () => schema };
  return schema;
}

function refuse(): never {
  throw new Error("the Worker's bundle has no zod: values are checked with JSON Schema here");
}

/** Of version 3 and 4: what is made while modules are loaded. */
export const z = { any: unasked, custom: unasked, object: unasked };

// Asked of schemas of version 4 and 3 only, of which there are none.
export {
  refuse as $ZodNever,
  refuse as $ZodOptional,
  refuse as $ZodUnknown,
  refuse as _never,
  refuse as _unknown,
  refuse as clone,
  refuse as parse,
  refuse as parseAsync,
  refuse as toJSONSchema,
};
export const ZodFirstPartyTypeKind = {};
export const globalRegistry = { get: refuse, add: refuse };
export const util = { extend: refuse, partial: refuse };
export class $ZodRegistry {}
