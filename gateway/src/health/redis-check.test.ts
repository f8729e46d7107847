/** A server that is too old is named with its version, before anything is asked of it that it does not know. */
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { describe, expect, it } from "vitest";
import type { Redis } from "../redis/client.ts";
import { checkRedis, refuseUnfit, whyUnfit } from "./redis-check.ts";

const info = (version: string, more = ""): string =>
  `# Server\r\nredis_version:${version}\r\n${more}# Cluster\r\ncluster_enabled:0\r\n`;
const old = (version: string): string =>
  `Redis is version ${version}, but must be 7.0 or newer, or Valkey 7.2 or newer: update the server`;

describe("a server", () => {
  it.each(["6.2.14", "6.0.0", "5.0.14", "2.8.24", "3.2.100"])(
    "of version %s is refused by name",
    (version) => {
      expect(whyUnfit(info(version))).toBe(old(version));
    },
  );

  it.each([
    ["7.0.0", info("7.0.0")],
    ["Valkey 7.2", info("7.2.4", "valkey_version:7.2.5\r\n")],
    ["8", info("8.2.1")],
    ["10", info("10.0.0")],
    ["unknown", "# Server\r\n"],
  ])("of version %s is taken", (_, text) => {
    expect(whyUnfit(text)).toBeUndefined();
  });

  it("that is too old is said at the start and by health, and nothing is written to it", async () => {
    const redis = {
      info: () => Promise.resolve(info("6.2.14")),
      setrange: () => Promise.reject(new Error("written")),
    } as unknown as Redis;
    await expect(refuseUnfit(redis, ["s0"])).rejects.toThrow(`${old("6.2.14")}.`);
    await expect(checkRedis(redis, createKeys("msb"), ["s0"])).rejects.toThrow(old("6.2.14"));
  });

  it("is of the kind that its address says", () => {
    const cluster = info("8.0.0").replace("cluster_enabled:0", "cluster_enabled:1");
    expect(whyUnfit(cluster)).toContain("names a single server: write redis+cluster://");
    expect(whyUnfit(info("8.0.0"), true)).toBe(
      "Redis is no cluster, and its address is of one: write redis://",
    );
    expect(whyUnfit(cluster, true)).toBeUndefined();
  });

  it("that is away may come later", async () => {
    const redis = { info: () => Promise.reject(new Error("away")) } as unknown as Redis;
    await expect(refuseUnfit(redis, ["s0"])).resolves.toBeUndefined();
  });
});
