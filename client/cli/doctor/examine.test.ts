/** What the doctor makes of what the gateway found. */
import { expect, it } from "vitest";
import { clientOf, json, problem } from "../../test/fake-runtime.ts";
import type { Session } from "../surroundings.ts";
import { examine } from "./examine.ts";

const FEW =
  "gpu-1 takes tasks of 1 shard (GPU_NODE_SHARDS), and the gateway has 2 (GATEWAY_SHARDS): runs in s1 wait for another box. Set both alike.";

/** By the checks of a gateway that is ready. */
async function foundOf(checks: Record<string, string>) {
  const { client } = clientOf([
    json({ name: "gateway", version: "1" }),
    json({ status: "ok", checks }),
    problem("unauthorized", 401),
  ]);
  const { signal } = new AbortController();
  return examine({ client, url: "http://gateway", hasKey: false, signal } as unknown as Session);
}

it.each([
  ["ok", "ok"],
  ["not known", "ok"],
  [FEW, "wrong"],
])("takes shards that are '%s' for %s", async (shards, state) => {
  const [, redis, found] = await foundOf({ redis: "ok", shards });
  expect(redis).toEqual({ what: "redis", state: "ok", found: "ok" });
  expect(found).toMatchObject({ what: "shards", state, found: shards });
  expect(found?.hint ?? "").toMatch(
    state === "ok" ? /^$/ : /GATEWAY_SHARDS and GPU_NODE_SHARDS must be alike/,
  );
});
