/** Which graph is meant, and what its input takes: one that the gateway knows by name, or one of the person's own. */
import { readFileSync } from "node:fs";
import { GRAPH_INPUTS } from "@myspinbot/contracts/graphs.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { graphNamed } from "../commands/graphs.ts";
import { usage } from "../exit-codes.ts";
import type { Session } from "../surroundings.ts";
import { type Field, fieldsOf, type InputSchema } from "./fields.ts";

export interface Chosen {
  /** What the gateway is told. */
  readonly graph: string | Graph;
  readonly fields: readonly Field[];
  readonly schema: InputSchema;
}

/** @param name of a graph, or the path of a JSON file that holds one. @throws Failure */
export async function chooseGraph(session: Session, name: string): Promise<Chosen> {
  if (!name.endsWith(".json")) {
    const { input_schema } = await graphNamed(session, name);
    return chosen(name, input_schema);
  }
  const graph = readGraph(name);
  const { $ref, ...types } = graph.input ?? {};
  const shipped = $ref === undefined ? undefined : (GRAPH_INPUTS[$ref]?.schema as InputSchema | undefined);
  return chosen(graph, shipped ?? schemaOf(types));
}

const chosen = (graph: string | Graph, schema: InputSchema): Chosen => ({
  graph,
  schema,
  fields: fieldsOf(schema),
});

const FIELD = /^[a-z][a-z0-9_]{0,47}$/;

/** Of fields with a named type each, a question mark behind those that may be missing; of what is none the gateway says so. */
function schemaOf(types: Record<string, unknown>): InputSchema {
  const all = Object.entries(types).filter(
    (field): field is [string, string] => FIELD.test(field[0]) && typeof field[1] === "string",
  );
  return {
    properties: Object.fromEntries(all.map(([name, type]) => [name, { "x-type": type.replace(/\?$/, "") }])),
    required: all.filter(([, type]) => !type.endsWith("?")).map(([name]) => name),
  };
}

function readGraph(path: string): Graph {
  let graph: unknown;
  try {
    graph = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw usage(`${path} cannot be read as a graph: ${(error as Error).message}.`);
  }
  if (typeof graph !== "object" || graph === null || Array.isArray(graph))
    throw usage(`${path} is no graph: a graph is a JSON object.`);
  return graph as Graph;
}
