/** The Worker with node types of the tests, for a bundle of its own. */
import { createWorker } from "../src/entry/cloudflare/create-worker.ts";
import type { Handler } from "../src/handlers/handler.ts";
import { workGraphs } from "./work-graphs.ts";
import { workTypes } from "./work-types.ts";

/** Says what it was told; the first attempt of a slow one never ends. */
const work: Handler<{ speed?: number }, { text?: string }> = async (
  { speed },
  { text = "made" },
  context,
) => {
  if (speed === 0 && context.attempt === 1)
    await new Promise((_, reject) => {
      const wake = setInterval(() => context.progress(1, 2, "looks"), 50);
      context.signal.addEventListener("abort", () => {
        clearInterval(wake);
        reject(new Error("stopped"));
      });
    });
  return { text };
};

export default createWorker("0.0.0-test", {
  ...workTypes,
  graphs: workGraphs,
  handlers: { node_work: work },
});
