/** /v1/graphs and /v1/capabilities: what can be run here. */
import type { GraphDetail, GraphList } from "@myspinbot/contracts/types.ts";
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { toCapabilities } from "../capabilities/capabilities.ts";
import { AppError } from "../errors/app-error.ts";
import type { AcceptedGraph, GraphCatalogue } from "../graphs/catalogue.ts";
import { inputSchema } from "../graphs/input-fields.ts";
import type { NodeTypes } from "../graphs/node-types.ts";

export interface CatalogueDeps {
  graphs: GraphCatalogue;
  nodeTypes: NodeTypes;
}

export function catalogueRoutes({ graphs, nodeTypes }: CatalogueDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/graphs", async (c) => c.json<GraphList>({ graphs: (await graphs.list()).map(toSummary) }))
    .get("/graphs/:name", async (c) => {
      const name = c.req.param("name");
      const accepted = graphs.has(name) ? await graphs.get(name) : undefined;
      if (!accepted) throw new AppError("not-found", `There is no graph "${name.slice(0, 64)}".`);
      return c.json<GraphDetail>({
        graph: accepted.source,
        graph_digest: accepted.digest,
        input_schema: inputSchema(accepted.input),
      });
    })
    .get("/capabilities", async (c) =>
      c.json(toCapabilities(nodeTypes.list(), await c.var.connect().registry.executors())),
    );
}

function toSummary({ source, digest }: AcceptedGraph): GraphList["graphs"][number] {
  const { name, title, description } = source;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    graph_digest: digest,
    url: `/v1/graphs/${name}`,
  };
}
