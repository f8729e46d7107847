/** What a role of a gateway process is. */
import type { ObjectStore } from "../../artifacts/object-store.ts";
import type { Config } from "../../config.ts";
import type { RoleState } from "../../health/readiness.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Traces } from "../../telemetry/traces.ts";
import type { Base } from "../base.ts";
import type { Extension } from "../extension.ts";

export type RoleName = Config["roles"][number];

export interface Role {
  state(): RoleState;
  /** Waits at most `graceMs` for what is under way. */
  stop(graceMs: number): Promise<void>;
}

export interface RoleContext {
  base: Base;
  config: Config;
  extension: Extension;
  store: ObjectStore;
  metrics: Metrics;
  traces?: Traces | undefined;
  /** The roles started so far: /readyz tells of them. */
  started: readonly Role[];
}
