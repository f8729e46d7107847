/** Looks at one thing after the other; what cannot be asked because something before it is wrong is not guessed at. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import { createClient, type Client } from "../../src/client.ts";
import { ApiError } from "../../src/errors.ts";
import { failureOf } from "../exit-codes.ts";
import type { Session } from "../surroundings.ts";
import { engineFindings, graphFindings, typeFindings } from "./abilities.ts";
import type { Finding } from "./finding.ts";

/** Each is asked once: who looks wants to know how it is now. */
const IMPATIENT = { patienceMs: 0, firstMs: 0, mostMs: 0 };
/** In the form of a file's name, and of no file: asking for it changes nothing. */
const NO_FILE = "file_00000000000000000000000000";

export async function examine(session: Session): Promise<Finding[]> {
  const { settings } = session.client.caller;
  const client = createClient({ ...settings, patience: IMPATIENT });
  const gateway = await lookAtGateway(session, client);
  if (gateway.version === undefined) return gateway.findings;
  const ready = await lookAtReadiness(session, client);
  const access = await lookAtKey(session, client);
  const findings = [...gateway.findings, ...ready, ...access.findings];
  if (!access.mayRead) return findings;
  return [...findings, ...(await lookAtWork(session, client, gateway.version))];
}

async function lookAtGateway(
  { url, hasKey, signal }: Session,
  client: Client,
): Promise<{ findings: Finding[]; version?: string }> {
  try {
    const { name, version } = await client.service.about({ signal });
    return { version, findings: [{ what: "gateway", state: "ok", found: `${name} ${version} at ${url}` }] };
  } catch (error) {
    signal.throwIfAborted();
    const hint = "Start it (npm run dev, here), or name another with MSB_URL or --url.";
    return {
      findings: [{ what: "gateway", state: "wrong", found: failureOf(error, url, hasKey).message, hint }],
    };
  }
}

const NEEDS: Readonly<Record<string, string>> = {
  redis: "Nothing can be started or read without Redis: GATEWAY_REDIS_URL names it.",
  scripts: "Redis must run scripts for the gateway's user: infra/redis/users.acl lets it.",
  store:
    "No film can be stored or fetched without the object store: GATEWAY_S3_ENDPOINT and the keys name it.",
  shards: "Whoever works on runs must work in all shards: GATEWAY_SHARDS and GPU_NODE_SHARDS must be alike.",
};

async function lookAtReadiness({ signal }: Session, client: Client): Promise<Finding[]> {
  try {
    const { checks } = await client.service.readiness({ signal });
    if (checks === undefined)
      return [{ what: "ready", state: "ok", found: "yes; a key with the scope operate is told the details" }];
    return Object.entries(checks).map(([what, found]): Finding => {
      const isWrong = what === "shards" && found !== "ok" && found !== "not known";
      return isWrong ? { what, state: "wrong", found, hint: NEEDS[what]! } : { what, state: "ok", found };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApiError)) throw error;
    return error.problem.detail.split("; ").map((sentence) => {
      const [, what = "ready", found = sentence] = /^([a-z_-]+): (.*)$/s.exec(sentence) ?? [];
      const hint = NEEDS[what];
      return { what, state: "wrong", found, ...(hint === undefined ? {} : { hint }) };
    });
  }
}

/** One harmless request for each scope: it is refused, or what was asked for is not there. */
const PROBES: readonly {
  scope: string;
  ask: (client: Client, signal: AbortSignal) => Promise<unknown>;
  enables: string;
}[] = [
  {
    scope: "runs:read",
    ask: (client, signal) => client.catalogue.graphs({ signal }),
    enables: "reading runs",
  },
  {
    scope: "runs:write",
    ask: (client, signal) => client.files.complete(NO_FILE, { signal }),
    enables: "starting runs",
  },
  {
    scope: "operate",
    ask: (client, signal) => client.operators.deadLetters({ limit: 1 }, { signal }),
    enables: "looking after the gateway",
  },
];

async function lookAtKey(
  { hasKey, signal }: Session,
  client: Client,
): Promise<{ findings: Finding[]; mayRead: boolean }> {
  const scopes: string[] = [];
  for (const { scope, ask } of PROBES) {
    try {
      await ask(client, signal);
      scopes.push(scope);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError)) throw error;
      if (error.is("unauthorized"))
        return { findings: [noKey(hasKey, error.problem.detail)], mayRead: false };
      // Redis is away: then nobody can tell who asks.
      if (error.status >= 500)
        return { findings: [{ what: "key", state: "note", found: "cannot be judged now" }], mayRead: false };
      if (!error.is("missing-scope")) scopes.push(scope);
    }
  }
  const lacking = PROBES.filter(({ scope }) => !scopes.includes(scope));
  const found = hasKey
    ? `is valid, for ${scopes.join(", ") || "nothing"}`
    : "none is needed: this gateway has no keys and serves its own machine";
  const findings: Finding[] = [{ what: "key", state: "ok", found }];
  for (const { scope, enables } of lacking)
    findings.push({
      what: scope,
      state: "note",
      found: "the key has not this scope",
      hint: `A key with it allows ${enables}.`,
    });
  return { findings, mayRead: scopes.includes("runs:read") };
}

function noKey(hasKey: boolean, detail: string): Finding {
  const hint = hasKey
    ? "MSB_KEY, MSB_KEY_FILE or --key names another."
    : "Put one into MSB_KEY; `npm run keys -- create` makes the first.";
  return { what: "key", state: "wrong", found: detail, hint };
}

async function lookAtWork({ signal }: Session, client: Client, version: string): Promise<Finding[]> {
  const [executors, { node_types }, graphs] = await Promise.all([
    client.catalogue.executors({ signal }),
    client.catalogue.capabilities({ signal }),
    client.catalogue.graphs({ signal }),
  ]);
  const details = await Promise.all(graphs.map(({ name }) => client.catalogue.graph(name, { signal })));
  return [
    ...boxFindings(executors, version),
    ...typeFindings(node_types),
    ...engineFindings(node_types),
    ...graphFindings(
      details.map(({ graph }) => graph),
      node_types,
    ),
  ];
}

function boxFindings(executors: readonly Executor[], version: string): Finding[] {
  if (executors.length === 0)
    return [
      {
        what: "executors",
        state: "wrong",
        found: "none is online",
        hint: "Runs wait until a gpu-node is connected to the gateway's Redis.",
      },
    ];
  return executors.map((executor) => {
    const facts = [
      executor.status,
      `${executor.plane} plane`,
      `pool ${executor.pool}`,
      `${executor.slots} places`,
      executor.version,
    ];
    const differs = executor.version !== version && executor.version !== "";
    return {
      what: executor.executor_id,
      state: executor.status === "online" ? "ok" : "note",
      found: facts.join(", "),
      ...(differs
        ? { hint: `It is another version than the gateway (${version}): bring both to the same.` }
        : {}),
    };
  });
}
