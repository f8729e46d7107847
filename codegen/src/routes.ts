/** The public routes of schemas/routes: what JSON Schemas cannot say about an HTTP API. */
import type { JsonSchema, TitledSchema } from "./schema.ts";

/** A value of a path, a query or a header: a schema of its own, or the title of one. */
export interface Parameter {
  description: string;
  schema: string | JsonSchema;
}

export interface Answer {
  status: number;
  description: string;
  /** Title of the JSON body's schema. */
  body?: string;
  /** Media types of a body that is not JSON. */
  media?: string[];
  /** Name -> what it says. */
  headers?: Record<string, string>;
}

export interface Route {
  /** camelCase verb and noun. */
  operation: string;
  method: (typeof METHODS)[number];
  path: string;
  summary: string;
  /** The file that describes it. */
  tag: string;
  /** What a key must be good for; without it anybody may ask. */
  scope?: string;
  /** Whether a token of the run will do in place of a key. */
  run_token?: boolean;
  query?: Record<string, Parameter>;
  /** Name -> what it says, with a schema where not every text will do. */
  headers?: Record<string, string | Parameter>;
  /** Title of the JSON body's schema, and other media types that are taken. */
  body?: { title?: string; media?: string[] };
  /** What is answered if all goes well; first comes what a client expects. */
  answers: Answer[];
  /** Problems beside the common ones; with a status where it is not the type's own. */
  problems?: (string | { code: string; status: number })[];
}

export interface Routes {
  placeholders: Record<string, Parameter>;
  /** Path -> problems of all routes below it. */
  problems: Record<string, string[]>;
  /** In the order of the OpenAPI document. */
  list: Route[];
}

/** What routes may name. */
interface Known {
  titled: Map<string, TitledSchema>;
  problemTypes: { types: { code: string }[] };
}

/** In this query parameter browsers bring a token where they cannot send headers. */
const RUN_TOKEN: Parameter = {
  description:
    "A token of the run (`POST /v1/runs/{run_id}/token`), where no Authorization header can be sent.",
  schema: { type: "string", maxLength: 300 },
};

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Names of the placeholders of a path, in order. */
export function placeholdersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}

/** The parameters of a route's query, with those that follow from what it lets in. */
export function queryOf({ query = {}, run_token = false }: Route): Record<string, Parameter> {
  return run_token ? { ...query, token: RUN_TOKEN } : query;
}

/** The headers that a route reads. */
export function headersOf({ headers = {} }: Route): Record<string, Parameter> {
  const entries = Object.entries(headers).map(([name, about]) => [
    name,
    typeof about === "string" ? { description: about, schema: { type: "string" } } : about,
  ]);
  return Object.fromEntries(entries) as Record<string, Parameter>;
}

/** Codes of the problems that a route may answer, with the status where the route gives one. */
export function problemsOf({ problems }: Routes, route: Route): { code: string; status?: number }[] {
  const common = Object.entries(problems).flatMap(([path, codes]) =>
    route.path.startsWith(path) ? codes : [],
  );
  return [...(route.problems ?? []), ...common].map((named) =>
    typeof named === "string" ? { code: named } : named,
  );
}

const MEMBERS = new Set(
  "operation method path summary tag scope run_token query headers body answers problems".split(" "),
);

/** @throws Error that names the route, when the descriptions contradict themselves or name what does not exist */
export function checkRoutes(routes: Routes, { titled, problemTypes }: Known): void {
  const taken = new Set<string>();
  const scopes = titled.get("Scope")!.schema.enum as string[];
  const codes = new Set(problemTypes.types.map(({ code }) => code));
  for (const route of routes.list) {
    const refuse = (why: string): never => {
      throw new Error(`schemas/routes/${route.tag}.json: ${route.operation} ${why}`);
    };
    for (const name of Object.keys(route)) if (!MEMBERS.has(name)) refuse(`has the unknown member ${name}`);
    if (!METHODS.includes(route.method)) refuse(`has the unknown method ${route.method}`);
    for (const name of [route.operation, `${route.method} ${route.path}`]) {
      if (taken.has(name)) refuse(`is there twice: ${name}`);
      taken.add(name);
    }
    // A route that somebody forgot would be open to all.
    if (route.path.startsWith("/v1/") && route.scope === undefined) refuse("names no scope");
    if (route.scope !== undefined && !scopes.includes(route.scope))
      refuse(`has the unknown scope ${route.scope}`);
    for (const name of placeholdersOf(route.path))
      if (!routes.placeholders[name]) refuse(`has the unknown placeholder ${name}`);
    for (const title of titlesOf(routes, route))
      if (!titled.has(title)) refuse(`names the unknown schema ${title}`);
    for (const { code } of problemsOf(routes, route))
      if (!codes.has(code)) refuse(`names the unknown problem ${code}`);
    if (route.answers.length === 0) refuse("has no answer");
  }
}

function titlesOf({ placeholders }: Routes, route: Route): string[] {
  const parameters = [
    ...placeholdersOf(route.path).map((name) => placeholders[name]!),
    ...Object.values(route.query ?? {}),
    ...Object.values(headersOf(route)),
  ];
  return [
    route.body?.title,
    ...route.answers.map(({ body }) => body),
    ...parameters.map((p) => p.schema),
  ].filter((title) => typeof title === "string");
}
