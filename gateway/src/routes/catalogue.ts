/** /v1/graphs and /v1/capabilities: what can be run here. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Capabilities, GraphDetail, GraphList } from "@myspinbot/contracts/types.ts";
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { toCapabilities } from "../capabilities/capabilities.ts";
import { AppError } from "../errors/app-error.ts";
import { expectGraphs } from "../estimates/expect-run.ts";
import type { AcceptedGraph, GraphCatalogue } from "../graphs/catalogue.ts";
import { inputSchema } from "../graphs/input-fields.ts";
import type { NodeTypes } from "../graphs/node-types.ts";

export interface CatalogueDeps {
  graphs: GraphCatalogue;
  nodeTypes: NodeTypes;
  keys: Keys;
  shards: readonly string[];
}

export function catalogueRoutes({ graphs, nodeTypes, keys, shards }: CatalogueDeps): Hono<AppEnv> {
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
    .get("/capabilities", async (c) => {
      const { redis, registry } = c.var.connect();
      const [executors, known] = await Promise.all([registry.executors(), graphs.list()]);
      const expected = await expectGraphs({ redis, keys, shards }, known, executors);
      return c.json<Capabilities>({ ...toCapabilities(nodeTypes.list(), executors), graphs: expected });
    });
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
