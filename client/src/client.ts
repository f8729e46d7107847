/** The client of the HTTP API, for Node, browsers and Workers: one object with the API's resources. */
import { type Artifacts, createArtifacts } from "./artifacts.ts";
import { type Caller, createCaller, type Settings } from "./caller.ts";
import { type Catalogue, createCatalogue, createService, type Service } from "./catalogue.ts";
import { createFiles, type Files } from "./files.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createOperators, type Operators } from "./operators.ts";
import { createRuns, type Runs } from "./runs.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

export interface Client {
  readonly runs: Runs;
  readonly files: Files;
  readonly artifacts: Artifacts;
  readonly webhooks: Webhooks;
  readonly catalogue: Catalogue;
  readonly service: Service;
  readonly operators: Operators;
  readonly keys: Keys;
  /** Any route of the table, also one that has no function of its own. */
  readonly caller: Caller;
}

export type ClientOptions = Pick<Settings, "base" | "runtime"> & Partial<Settings>;

/** The gateway gives a sign of life every 15 s: after three that are missing nobody is there. */
const USUAL = {
  timeoutMs: 30_000,
  idleMs: 45_000,
  patience: { patienceMs: 30_000, firstMs: 250, mostMs: 5_000 },
  streamPatience: { patienceMs: 300_000, firstMs: 500, mostMs: 15_000 },
};

export function createClient(options: ClientOptions): Client {
  const caller = createCaller({ ...USUAL, ...options });
  return {
    runs: createRuns(caller),
    files: createFiles(caller),
    artifacts: createArtifacts(caller),
    webhooks: createWebhooks(caller),
    catalogue: createCatalogue(caller),
    service: createService(caller),
    operators: createOperators(caller),
    keys: createKeys(caller),
    caller,
  };
}
