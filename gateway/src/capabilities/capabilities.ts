/** Shows what can be run here: every node type, and what the executors say they can do of it. */
import type {
  Capabilities,
  EngineAvailability,
  Executor,
  NodeTypeAvailability,
} from "@myspinbot/contracts/types.ts";
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
    executors_online: rows.length,
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
  const voices = new Map(
    available.flatMap((engine) => engine.voices ?? []).map((voice) => [voice.name, voice]),
  );
  return {
    name,
    available: available.length > 0,
    executors_online: available.length,
    ...(reason === undefined ? {} : { reason }),
    ...(license === undefined ? {} : { license }),
    ...(models.length > 0 ? { models } : {}),
    ...(voices.size > 0 ? { voices: [...voices.values()] } : {}),
    ...(available.some((engine) => engine.takes_clips) ? { takes_clips: true } : {}),
  };
}
