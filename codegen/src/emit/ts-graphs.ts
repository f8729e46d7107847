/** graphs.ts: the shipped graphs and the schemas of their inputs. */
import { bundle } from "../bundle.ts";
import { namedTypes, portsOf } from "../node-types.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitGraphs(source: Source): string {
  const named = namedTypes(source);
  const inputs = source.files
    .filter(({ path }) => path.startsWith("graphs/"))
    .map((file) => {
      const { schema, definitions } = bundle(source.titled, file, file.schema, "#/$defs/");
      return [
        file.path,
        { schema: { ...schema, $defs: definitions }, fields: portsOf(source, file, file.schema, named) },
      ];
    });
  return `/** The graphs that we ship. ${BANNER} */
import type { PortDefinition } from './node-types.ts';
import type { Graph } from './types.ts';

export interface GraphInput {
  /** Stands alone: all it refers to is inside. */
  schema: Record<string, unknown>;
  /** Field -> named type that the run's nodes see. */
  fields: Record<string, PortDefinition>;
}

// Without prototypes, so that names of clients find nothing but these.
export const GRAPHS: Readonly<Record<string, Graph>> = Object.assign(
  Object.create(null) as object,
  ${tsLiteral(Object.fromEntries(source.graphs))} satisfies Record<string, Graph>,
);

/** By what a graph's \`input.$ref\` says. */
export const GRAPH_INPUTS: Readonly<Record<string, GraphInput>> = Object.assign(
  Object.create(null) as object,
  ${tsLiteral(Object.fromEntries(inputs))} satisfies Record<string, GraphInput>,
);
`;
}
