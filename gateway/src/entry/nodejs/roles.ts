/** Starts the roles of a gateway process in their order. */
import { systemClock, systemRandom } from "../../clock.ts";
import { warmUp } from "../../driver/warm-up.ts";
import type { RoleState } from "../../health/readiness.ts";
import type { Traces } from "../../telemetry/traces.ts";
import { createDriverRole } from "../driver-role.ts";
import { createDelivererRole } from "./deliverer-role.ts";
import { createExecutorRole } from "./executor-role.ts";
import { startHttp } from "./http-role.ts";
import type { Role, RoleContext, RoleName } from "./role.ts";

const running = (role: RoleName): RoleState => ({ role, ready: true, detail: "running" });

async function startDriver({ base, config, store, metrics, traces }: RoleContext): Promise<Role> {
  const loops = createDriverRole(base, config, store, { metrics, traces });
  loops.start();
  return {
    state: () => running("driver"),
    async stop() {
      await loops.stop();
      await traces?.close();
    },
  };
}

/** Does not wait for Redis: the gateway shall start while it is away. */
async function startExecutor({ base, config, extension }: RoleContext): Promise<Role> {
  const executor = createExecutorRole(base, config, extension.handlers ?? {});
  void executor.start();
  return {
    state() {
      const problem = executor.problem();
      return problem === undefined
        ? running("executor")
        : { role: "executor", ready: false, detail: problem };
    },
    stop: (graceMs) => executor.stop(graceMs),
  };
}

async function startDeliverer({ base, config, metrics }: RoleContext): Promise<Role> {
  const deliverer = createDelivererRole(base, config, metrics);
  deliverer.start();
  return { state: () => running("deliverer"), stop: (graceMs) => deliverer.stop(graceMs) };
}

const STARTERS: Record<RoleName, (context: RoleContext) => Promise<Role>> = {
  driver: startDriver,
  executor: startExecutor,
  deliverer: startDeliverer,
  http: startHttp,
};

/** The order in which roles start; they stop in reverse, so that nobody is let in who cannot be served. */
const ORDER: readonly RoleName[] = ["driver", "executor", "deliverer", "http"];

/** What tells them takes memory, so it is loaded where it is wanted only. */
async function tracesFor({
  base,
  config,
}: Pick<RoleContext, "base" | "config">): Promise<Traces | undefined> {
  if (config.otlp_url === "") return undefined;
  const { createOtlpTraces } = await import("./otlp-traces.ts");
  const { version, logger } = base;
  return createOtlpTraces({
    url: config.otlp_url,
    authorization: config.otlp_authorization,
    version,
    logger,
  });
}

/** Starts the roles that the configuration asks for. */
export async function startRoles(context: Omit<RoleContext, "started" | "traces">): Promise<Role[]> {
  const started: Role[] = [];
  const traces = await tracesFor(context);
  for (const name of ORDER) {
    if (context.config.roles.includes(name))
      started.push(await STARTERS[name]({ ...context, traces, started }));
  }
  // Not before: who starts a gateway waits until it listens.
  if (context.config.roles.includes("driver"))
    void warmUp({ clock: systemClock, random: systemRandom, logger: context.base.logger });
  return started;
}
