/** The OpenAPI document: the routes with the schemas that they name. */
import { basename } from "node:path";
import { bundle } from "./bundle.ts";
import type { Example } from "./examples.ts";
import { nodeTypeFiles, PARTS } from "./node-types.ts";
import { portable } from "./portable.ts";
import {
  type Answer,
  headersOf,
  type Parameter,
  placeholdersOf,
  problemsOf,
  queryOf,
  type Route,
} from "./routes.ts";
import { definitionsOf, mapSchemas, type JsonSchema } from "./schema.ts";
import type { Source } from "./source.ts";

type Json = Record<string, unknown>;
type Described = Source & { examples: readonly Example[] };

/** Names that generated clients have for things of their own -> what the document says instead. */
const RENAMED: Record<string, string> = { File: "UploadedFile" };

const BASE = "#/components/schemas/";
const JSON_TYPE = "application/json";

/** @param examples of bodies, among others */
export function openApi(source: Source, examples: readonly Example[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of source.routes.list) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operation({ ...source, examples }, route),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "MySpinBot",
      version: "1",
      description:
        "Submit a job, watch it run on a GPU box, get the artifacts. Fields only ever get added; clients skip what they do not know.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components(source),
      securitySchemes: {
        key: { type: "http", scheme: "bearer", bearerFormat: "msb_<id>_<secret>" },
        token: { type: "apiKey", in: "query", name: "token" },
      },
    },
  };
}

function operation(source: Described, route: Route): Json {
  const parameters = [
    ...placeholdersOf(route.path).map((name) =>
      parameter("path", name, source.routes.placeholders[name] as Parameter),
    ),
    ...Object.entries(queryOf(route)).map(([name, about]) => parameter("query", name, about)),
    ...Object.entries(headersOf(route)).map(([name, about]) => parameter("header", name, about)),
  ];
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    ...(route.scope === undefined ? {} : { security: securityOf(route) }),
    ...(parameters.length ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBody(source.examples, route.body) } : {}),
    responses: {
      ...Object.fromEntries(route.answers.map((answer) => [answer.status, response(answer)])),
      ...problems(source, route),
    },
  };
}

/** A gateway without keys asks for none; beside the API also others are let in that ask from the same machine. */
function securityOf({ path, scope, run_token: byToken }: Route): Json[] {
  return [{ key: [scope] }, ...(byToken ? [{ token: [] }] : []), ...(path.startsWith("/v1/") ? [] : [{}])];
}

/** With the valid examples of its schema. */
function requestBody(examples: readonly Example[], { title, media }: NonNullable<Route["body"]>): Json {
  const shapes = content(title, media);
  const valid = examples.filter((each) => each.title === title && each.valid);
  const shown = Object.fromEntries(valid.map(({ path, value }) => [basename(path, ".json"), { value }]));
  return {
    required: true,
    content: title ? { ...shapes, [JSON_TYPE]: { ...(shapes[JSON_TYPE] as Json), examples: shown } } : shapes,
  };
}

function parameter(
  place: "path" | "query" | "header",
  name: string,
  { description, schema }: Parameter,
): Json {
  const shape = typeof schema === "string" ? { $ref: BASE + publicName(schema) } : schema;
  return { name, in: place, description, schema: shape, required: place === "path" };
}

function response({ description, body, media, headers }: Answer): Json {
  const shapes = content(body, media);
  const named = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: "string" } },
  ]);
  return {
    description,
    ...(named.length ? { headers: Object.fromEntries(named) } : {}),
    ...(Object.keys(shapes).length ? { content: shapes } : {}),
  };
}

function content(title: string | undefined, media: string[] = []): Json {
  const json = title ? { [JSON_TYPE]: { schema: { $ref: BASE + publicName(title) } } } : {};
  return { ...json, ...Object.fromEntries(media.map((type) => [type, { schema: shapeOf(type) }])) };
}

/** Without a schema generators leave out what they cannot name. */
function shapeOf(mediaType: string): JsonSchema {
  if (mediaType === JSON_TYPE) return { type: "object", additionalProperties: true };
  return mediaType.startsWith("text/") ? { type: "string" } : { type: "string", format: "binary" };
}

/** Problems by status, each with its codes. */
function problems({ routes, problemTypes }: Source, route: Route): Json {
  const known = problemsOf(routes, route).map(({ code, status }) => {
    const type = problemTypes.types.find((each) => each.code === code)!;
    return { ...type, status: status ?? type.status };
  });
  return Object.fromEntries(
    Object.entries(Object.groupBy(known, ({ status }) => status)).map(([status, types]) => [
      status,
      {
        description: (types ?? []).map(({ code, title }) => `\`${code}\`: ${title}.`).join(" "),
        content: { "application/problem+json": { schema: { $ref: `${BASE}Problem` } } },
      },
    ]),
  );
}

/** Everything that routes name, the inputs of the shipped graphs, the parts of node types, and what these refer to. */
function components(source: Source): Record<string, JsonSchema> {
  const named = new Set(["Problem", "Identifier", "RunStatus", "Event"]);
  for (const route of source.routes.list) {
    if (route.body?.title) named.add(route.body.title);
    for (const { body } of route.answers) if (body) named.add(body);
  }
  for (const { path, schema } of source.files)
    if (path.startsWith("graphs/")) named.add(schema.title as string);
  for (const { schema } of nodeTypeFiles(source))
    for (const part of PARTS) named.add(definitionsOf(schema)[part]!.title as string);
  const all: Record<string, JsonSchema> = {};
  for (const title of named) {
    const entry = source.titled.get(title)!;
    const { schema, definitions } = bundle(source.titled, entry.file, entry.schema, BASE);
    Object.assign(all, definitions, { [title]: schema });
  }
  return Object.fromEntries(
    Object.entries(all)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([title, schema]) => [publicName(title), renamed(portable(schema))]),
  );
}

function publicName(title: string): string {
  return RENAMED[title] ?? title;
}

/** References and the title itself. */
function renamed(schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, ({ ...inner }) => {
    if (typeof inner.title === "string") inner.title = publicName(inner.title);
    if (typeof inner.$ref === "string") inner.$ref = BASE + publicName(inner.$ref.slice(BASE.length));
    return inner;
  });
}
