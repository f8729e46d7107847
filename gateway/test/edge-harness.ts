/** The Worker as it is deployed, beside a harness over the same Redis and store; nothing else drives. */
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { createAppHarness, type AppHarness } from "./app-harness.ts";
import { DRAIN_TOKEN, startEdgeFront, type EdgeFront } from "./edge-front.ts";

export interface EdgeHarness extends AppHarness, Omit<EdgeFront, "stop"> {
  drain(): Promise<{ runs: number; more: boolean }>;
}

export async function createEdgeHarness(prefix: string, seaweed: S3Access): Promise<EdgeHarness> {
  const h = await createAppHarness(prefix, { seaweed, runtime: "node" });
  const { stop, ...front } = await startEdgeFront({ prefix, driver: h.driver, s3: seaweed, env: {} });
  return {
    ...h,
    ...front,
    async drain() {
      const headers = { authorization: `Bearer ${DRAIN_TOKEN}` };
      const answer = await front.ask("/internal/drain", { method: "POST", headers });
      return (await answer.json()) as { runs: number; more: boolean };
    },
    async close() {
      await stop();
      await h.close();
    },
  };
}
