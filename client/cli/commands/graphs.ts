/** `msb graphs`: what can be run. */
import type { GraphDetail } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import leven from "leven";
import { ApiError } from "../../src/errors.ts";
import { addCommand, addGroup, type Host, printJson, printRows } from "../command.ts";
import { EXIT, Failure } from "../exit-codes.ts";
import { fieldsOf } from "../input/fields.ts";
import type { Session } from "../surroundings.ts";
import { facts, say, table } from "../text.ts";

export function addGraphs(program: Command, host: Host): void {
  const graphs = addGroup(program, "graphs", "What can be run here.");
  addCommand(
    graphs,
    host,
    {
      name: "ls",
      about: "Lists the graphs that can be run by name.",
      examples: ["msb graphs ls", "msb graphs ls --json"],
    },
    async ({ session }) => {
      const found = await session.client.catalogue.graphs({ signal: session.signal });
      printRows(session, found, {
        head: ["GRAPH", "TITLE", "DESCRIPTION"],
        toCells: ({ name, title, description }) => [name, title, description],
      });
    },
  );
  addCommand(
    graphs,
    host,
    {
      name: "show <graph>",
      about: "Shows a graph: its nodes, and the options that `msb run` takes for it.",
      examples: ["msb graphs show talking-avatar", "msb graphs show speak --json"],
    },
    async ({ session, words: [name = ""] }) => {
      const detail = await graphNamed(session, name);
      if (session.json) return printJson(session, detail);
      say(session.stdout, describe(session, detail));
    },
  );
}

function describe({ stdout }: Session, { graph, graph_digest, input_schema }: GraphDetail): string {
  const fields = fieldsOf(input_schema);
  const input = fields.map(({ option, kind, isList, help }) => [
    `--${option}`,
    isList ? `${kind}s` : kind,
    help,
  ]);
  const nodes = graph.nodes.map((node) => [node.id, node.type ?? node.graph, node.plane ?? "graph"]);
  return [
    facts([
      ["graph", graph.name],
      ["title", graph.title],
      ["about", graph.description],
      ["digest", graph_digest],
      ["output", Object.keys(graph.output).join(", ")],
    ]),
    table(stdout, ["INPUT", "KIND", "MEANING"], input),
    table(stdout, ["NODE", "TYPE", "PLANE"], nodes),
  ].join("\n\n");
}

/** How many letters may be wrong in a name that is suggested. */
const NEAR = 3;

/** @throws Failure with the names that are near */
export async function graphNamed({ client, signal }: Session, name: string): Promise<GraphDetail> {
  try {
    return await client.catalogue.graph(name, { signal });
  } catch (error) {
    if (!(error instanceof ApiError) || !error.is("not-found")) throw error;
    const names = (await client.catalogue.graphs({ signal })).map((graph) => graph.name);
    const near = names.filter((other) => leven(name, other) <= NEAR || other.includes(name));
    const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There are ${names.join(", ")}.`;
    throw new Failure(`There is no graph ${JSON.stringify(name)}. ${hint}`, EXIT.unknown);
  }
}
