/** Asks handlers which engines they have here, where they run; children/probe.py does it for the python plane. */
import type { EngineCapability, Executor } from "@myspinbot/contracts/types.ts";
import { validateExecutor } from "@myspinbot/contracts/validators.js";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import type { NodeType } from "../graphs/node-types.ts";
import type { Found } from "./capabilities.ts";
import type { HandlerHost, Outcome } from "./handler-host.ts";

const NEVER = new AbortController().signal;
const none = (): void => {};

/** Engines by node type; a handler that cannot say has none, with the reason. */
export async function findEngines(
  host: Pick<HandlerHost, "hasEngines" | "engines">,
  types: readonly NodeType[],
  names: readonly string[],
): Promise<Map<string, Found>> {
  const asked = types.filter(({ type }) => names.includes(type));
  const found = await Promise.all(asked.map(async (type) => [type.type, await ofType(host, type)] as const));
  return new Map(found);
}

async function ofType(host: Pick<HandlerHost, "hasEngines" | "engines">, type: NodeType): Promise<Found> {
  // Of such a type they are part of the gateway.
  if (!host.hasEngines(type.type))
    return { engines: type.engines.map((name) => ({ name, available: true })) };
  const outcome = await host.engines({
    type: type.type,
    params: {},
    inputs: {},
    about: { runId: "", taskId: "", nodeId: type.type, attempt: 0, engine: "" },
    timeoutMs: EXECUTOR.engines_ms,
    stopped: NEVER,
    progress: none,
    log: none,
    dropped: none,
  });
  if (outcome.kind !== "done") return lacking(type, whyOf(outcome));
  const rows: unknown = JSON.parse(outcome.text);
  const [wrong] = fieldErrors(validateExecutor, announcing(type, rows));
  return wrong
    ? lacking(type, `what it says of its engines does not fit: ${wrong.pointer} ${wrong.detail}`)
    : { engines: (rows as EngineCapability[]).filter(({ name }) => type.engines.includes(name)) };
}

function whyOf(outcome: Exclude<Outcome, { kind: "done" }>): string {
  if (outcome.kind === "refused") return outcome.problem.detail ?? outcome.problem.title;
  return `${outcome.error.name}: ${outcome.error.message}`;
}

/** What is found where a type's handler could not say. */
function lacking({ engines }: NodeType, why: string): Found {
  const reason = why.toWellFormed().slice(0, 500) || "it does not say why";
  return { engines: engines.map((name) => ({ name, available: false, reason })), reason };
}

/** A row that fits but for what the handler said: what is wrong with that must not take the executor's whole row along. */
function announcing({ type, schema_digest }: NodeType, engines: unknown): Executor {
  const node_types = [{ type, schema_digest, engines }] as Executor["node_types"];
  const who = { executor_id: "exec", plane: "node", pool: "node", version: "", status: "online" } as const;
  return { ...who, last_seen_ms: 0, slots: 1, labels: {}, node_types };
}
