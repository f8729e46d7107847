/**
 * Where LangGraph.js keeps the config of what it runs, for what asks for it without being given it. Its web entry, which
 * bundlers choose for Workers, installs none.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { RunnableConfig } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton as provider } from "@langchain/core/singletons";

/** Where `getRunnableConfig` looks. */
const CHILD_CONFIG = Symbol.for("lc:child_config");

/**
 * Installs it, once for all. The first caller wins.
 *
 * The original also makes the root of a tree of traces for everything that runs, with an id and a dozen looks into the
 * environment: a seventh of a drive, and nobody looks at it unless somebody traces, who then is among the callbacks.
 */
export function installStorage(): void {
  provider.initializeGlobalInstance(new AsyncLocalStorage());
  if (Object.hasOwn(provider, "runWithConfig")) return;
  const runTraced = provider.runWithConfig.bind(provider);
  const runWithConfig: typeof runTraced = (config: RunnableConfig | undefined, callback, avoidRoot) =>
    config?.callbacks === undefined
      ? provider.getInstance().run({ extra: { [CHILD_CONFIG]: config } }, callback)
      : runTraced(config, callback, avoidRoot);
  Object.assign(provider, { runWithConfig });
}
