/** What can be run, by whom, and how the service is. */
import type {
  Capabilities,
  Executor,
  GraphDetail,
  GraphList,
  Health,
  ServiceInfo,
} from "@myspinbot/contracts/types.ts";
import type { Caller } from "./caller.ts";
import type { Asking } from "./runs.ts";

export interface Catalogue {
  graphs(options?: Asking): Promise<GraphList["graphs"]>;
  graph(name: string, options?: Asking): Promise<GraphDetail>;
  capabilities(options?: Asking): Promise<Capabilities>;
  executors(options?: Asking): Promise<Executor[]>;
}

export function createCatalogue(caller: Caller): Catalogue {
  return {
    async graphs({ signal } = {}) {
      return (await caller.call("listGraphs", { signal })).graphs;
    },
    graph: (name, { signal } = {}) => caller.call("getGraph", { path: { name }, signal }),
    capabilities: ({ signal } = {}) => caller.call("getCapabilities", { signal }),
    async executors({ signal } = {}) {
      return (await caller.call("listExecutors", { signal })).executors;
    },
  };
}

export interface Service {
  about(options?: Asking): Promise<ServiceInfo>;
  /** Whether the process lives. */
  health(options?: Asking): Promise<Health>;
  /** Whether requests can be served. @throws ApiError `not-ready` when it stays so as long as the client has patience */
  readiness(options?: Asking): Promise<Health>;
}

export function createService(caller: Caller): Service {
  return {
    about: ({ signal } = {}) => caller.call("getService", { signal }),
    health: ({ signal } = {}) => caller.call("getHealth", { signal }),
    readiness: ({ signal } = {}) => caller.call("getReadiness", { signal }),
  };
}
