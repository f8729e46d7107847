/** routes.ts: the route table of clients, and the types of what goes in and comes out by operation. */
import { type Answer, type Parameter, placeholdersOf, queryOf, type Route } from "../routes.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitRoutes({ routes }: Source): string {
  const operations = routes.list.map((route) => typesOf(route, routes.placeholders));
  const named = new Set(["Scope", ...operations.flatMap(({ titles }) => titles)]);
  const table = Object.fromEntries(routes.list.map((route) => [route.operation, rowOf(route)]));
  return `/** The public routes. ${BANNER} */
import type { ${[...named].sort().join(", ")} } from "./types.ts";

/** What goes in and comes out, by operation. The answer is that of JSON: streams and bytes have no type. */
export interface Operations {
${operations.map(({ text }) => text).join("")}}

export type Operation = keyof Operations;

export interface Route {
  method: string;
  path: string;
  /** What a key must be good for; without it anybody may ask. */
  scope?: Scope;
  /** Whether a token of the run will do in place of a key. */
  runToken: boolean;
  /** Media types of bodies that are taken. */
  takes: readonly string[];
  /** What comes if all goes well; the first is what a client expects. */
  answers: readonly RouteAnswer[];
}

export interface RouteAnswer {
  status: number;
  /** Media types of the body; none when there is no body. */
  media: readonly string[];
}

export const ROUTES: Readonly<Record<Operation, Route>> = ${tsLiteral(table)};
`;
}

function rowOf({ method, path, scope, run_token = false, body, answers }: Route): unknown {
  return {
    method,
    path,
    ...(scope === undefined ? {} : { scope }),
    runToken: run_token,
    takes: mediaOf({ body: body?.title, media: body?.media }),
    answers: answers.map((answer) => ({ status: answer.status, media: mediaOf(answer) })),
  };
}

function mediaOf({ body, media = [] }: Pick<Answer, "body" | "media">): string[] {
  return [...(body ? ["application/json"] : []), ...media];
}

interface OperationTypes {
  text: string;
  /** The types that it names. */
  titles: string[];
}

function typesOf(route: Route, placeholders: Record<string, Parameter>): OperationTypes {
  const titles: string[] = [];
  const named = (title: string): string => {
    titles.push(title);
    return title;
  };
  /** Rules about values are for the gateway. */
  const shape = ({ schema }: Parameter): string => {
    if (typeof schema === "string") return named(schema);
    return schema.type === "integer" ? "number" : String(schema.type);
  };
  const fields = (entries: string[]): string =>
    entries.length === 0 ? "Record<never, never>" : `{ ${entries.join("; ")} }`;
  const path = placeholdersOf(route.path).map((name) => `${name}: ${shape(placeholders[name]!)}`);
  const query = Object.entries(queryOf(route)).map(([name, about]) => `${name}?: ${shape(about)}`);
  const headers = Object.keys(route.headers ?? {}).map((name) => `${JSON.stringify(name)}?: string`);
  const bodies = new Set(route.answers.flatMap(({ body }) => (body ? [named(body)] : [])));
  const text = `  /** ${route.summary}. */
  ${route.operation}: {
    path: ${fields(path)};
    query: ${fields(query)};
    headers: ${fields(headers)};
    body: ${route.body?.title ? named(route.body.title) : "never"};
    answer: ${[...bodies].join(" | ") || "undefined"};
  };
`;
  return { text, titles };
}
