/** Which validators exist and what they are called. The tests of the examples read this table too. */
import { type PartName, namedTypes, nodeTypeFiles } from "./node-types.ts";
import { definitionsOf } from "./schema.ts";
import type { Source } from "./source.ts";

/** Titles with an export of their own: what passes a boundary as a whole. */
export const EXPORTED = [
  "Graph",
  "FlatGraph",
  "RunCreate",
  "RunResume",
  "RunFork",
  "Task",
  "Mail",
  "Note",
  "Event",
  "Problem",
  "Executor",
  "ExecutorProbe",
  "FileCreate",
  "VoiceInput",
  "Run",
  "Artifact",
  "File",
  "FilePage",
  "RunPage",
  "EventPage",
  "DeadLetter",
  "DeadLetterPage",
  "Overview",
  "Webhook",
  "WebhookCreate",
  "WebhookPayload",
  "WebhookRow",
  "WebhookSecret",
  "Delivery",
  "DeliveryPage",
  "DeliveryRow",
  "NodeResult",
  "InstanceId",
  "RunRow",
  "ApiKey",
  "ApiKeyCreate",
  "ApiKeyPage",
  "NewApiKey",
  "RunToken",
  "KeyRow",
  "NodeRow",
  "GatewayConfig",
  "GpuNodeConfig",
];

export interface ValidatorTables {
  nodeTypes: { type: string; titles: Record<PartName, string> }[];
  graphInputs: { path: string; title: string }[];
  namedTypes: string[];
}

/** Titles behind the validators that stand in tables. */
export function validatorTables(source: Source): ValidatorTables {
  return {
    nodeTypes: nodeTypeFiles(source).map(({ schema }) => {
      const title = (port: string) => definitionsOf(schema)[port]?.title as string;
      const titles = { params: title("params"), inputs: title("inputs"), outputs: title("outputs") };
      return { type: schema.title as string, titles };
    }),
    graphInputs: source.files
      .filter(({ path }) => path.startsWith("graphs/"))
      .map(({ path, schema }) => ({ path, title: schema.title as string })),
    namedTypes: namedTypes(source),
  };
}

/** Every title that has a validator, sorted: the types that need examples. */
export function validatedTitles(source: Source): string[] {
  const tables = validatorTables(source);
  return [
    ...EXPORTED,
    ...tables.nodeTypes.flatMap(({ titles }) => Object.values(titles)),
    ...tables.graphInputs.map(({ title }) => title),
    ...tables.namedTypes,
  ].sort();
}
