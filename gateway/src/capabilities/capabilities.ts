/** Shows what can be run here: every node type, and what the executors say they can do of it. */
import type {
  Capabilities,
  EngineAvailability,
  Executor,
  NodeTypeAvailability,
} from "@myspinbot/contracts/types.ts";
import { isApproval } from "../graphs/node-place.ts";
import type { NodeType } from "../graphs/node-types.ts";

type AnnouncedEngine = Executor["node_types"][number]["engines"][number];

export function toCapabilities(types: readonly NodeType[], executors: readonly Executor[]): Capabilities {
  return { node_types: types.map((type) => toAvailability(type, executors)) };
}

function toAvailability(type: NodeType, executors: readonly Executor[]): NodeTypeAvailability {
  const rows = executors
    .filter((executor) => executor.status === "online")
    .flatMap((executor) =>
      executor.node_types.filter((row) => row.type === type.type && row.schema_digest === type.schema_digest),
    );
  return {
    type: type.type,
    plane: type.plane,
    description: type.description,
    schema_digest: type.schema_digest,
    // What the gateway does itself can be done wherever somebody can ask.
    executors_online: isApproval(type) ? 1 : rows.length,
    engines: type.engines.map((name) =>
      toEngine(
        name,
        rows.flatMap((row) => row.engines.filter((engine) => engine.name === name)),
      ),
    ),
  };
}

function toEngine(name: string, announced: AnnouncedEngine[]): EngineAvailability {
  const available = announced.filter((engine) => engine.available);
  const reason =
    available.length > 0
      ? undefined
      : (announced.find((engine) => engine.reason)?.reason ?? "No executor that is online has it.");
  const license = announced.find((engine) => engine.license)?.license;
  const models = [...new Set(available.flatMap((engine) => engine.models ?? []))];
  return {
    name,
    available: available.length > 0,
    executors_online: available.length,
    ...(reason === undefined ? {} : { reason }),
    ...(license === undefined ? {} : { license }),
    ...(models.length > 0 ? { models } : {}),
    ...toOffers(available),
  };
}

type Offers = Omit<
  EngineAvailability,
  "name" | "available" | "executors_online" | "reason" | "license" | "models"
>;

/** All that the engines offer, whatever it is: lists are joined, and what one of them can is there. */
function toOffers(available: AnnouncedEngine[]): Offers {
  const joined: Record<string, unknown> = {};
  for (const engine of available) {
    // What is left is what an input may ask for.
    const {
      name: _name,
      available: _available,
      reason: _reason,
      license: _license,
      models: _models,
      ...offers
    } = engine;
    for (const [offer, value] of Object.entries(offers)) joined[offer] = join(joined[offer], value);
  }
  return Object.fromEntries(Object.entries(joined).filter(([, value]) => !isEmpty(value)));
}

function join(before: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [...((before ?? []) as unknown[]), ...(value as unknown[])];
    return [...new Map(items.map((item) => [nameOf(item), item])).values()];
  }
  if (typeof value !== "object" || value === null) return before === true || value;
  const table = { ...(before as Record<string, unknown>) };
  for (const [key, each] of Object.entries(value)) table[key] = join(table[key], each);
  return table;
}

function nameOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "name" in item ? item.name : item;
}

function isEmpty(value: unknown): boolean {
  return value === false || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
