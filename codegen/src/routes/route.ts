/** What a route is, by hand: what JSON Schemas cannot say about an HTTP API. */

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  schema: Record<string, unknown>;
}

export interface Answer {
  status: number;
  description: string;
  /** Title of the JSON body's schema. */
  body?: string;
  /** Media types of a body that is not JSON. */
  media?: string[];
  headers?: Record<string, string>;
}

export interface Route {
  method: "get" | "post" | "put" | "delete";
  path: string;
  /** camelCase verb and noun. */
  operation: string;
  summary: string;
  tag: string;
  parameters?: Parameter[];
  /** Title of the JSON body's schema, and other media types that are taken. */
  body?: { title?: string; media?: string[] };
  answers: Answer[];
  /** Problems beside those that every route may answer; with a status where it is not the type's own. */
  problems?: (string | { code: string; status: number })[];
}

export const id = (name: string, description: string): Parameter => ({
  name,
  in: "path",
  description,
  schema: { $ref: "#/components/schemas/Identifier" },
});
export const query = (name: string, description: string, schema: Record<string, unknown>): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});
export const header = (name: string, description: string): Parameter => ({
  name,
  in: "header",
  description,
  schema: { type: "string" },
});

/** Every route may answer these. */
export const EVERYWHERE = ["not-local", "internal"];

/** Every route below /v1 may answer these. */
export const COMMON_PROBLEMS = ["redis-unavailable", "store-unavailable"];
