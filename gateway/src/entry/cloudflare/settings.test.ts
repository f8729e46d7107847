/** What a Worker is told about bindings that it cannot work with. */
import { expect, it } from "vitest";
import { ConfigError } from "../../config.ts";
import { readSettings } from "./settings.ts";

const NETWORK = { connect() {}, fetch() {} };
const ALL = {
  GATEWAY_REDIS_URL: "redis://gateway:secret@10.0.0.2:6379",
  GATEWAY_S3_ENDPOINT: "http://10.0.0.2:8333",
  GATEWAY_S3_ACCESS_KEY: "key",
  GATEWAY_S3_SECRET_KEY: "secret",
  NETWORK,
};

function problemsOf(change: Record<string, unknown>): string[] {
  try {
    readSettings({ ...ALL, ...change });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

it("takes what is complete, and asks for keys whatever it is told", () => {
  const settings = readSettings({ ...ALL, GATEWAY_AUTH: "auto" });
  expect(settings).toMatchObject({ network: NETWORK, streamMs: 300_000, drainMs: 20_000 });
  expect(settings.config.auth).toBe("required");
  expect(settings.drainToken).toBeUndefined();
});

it("needs no network where both addresses have TLS", () => {
  const change = { GATEWAY_REDIS_URL: "rediss://r.example", GATEWAY_S3_ENDPOINT: "https://s.example" };
  expect(problemsOf({ ...change, NETWORK: undefined })).toEqual([]);
});

it.each([
  ["no network", { NETWORK: undefined }, "GATEWAY_REDIS_URL and GATEWAY_S3_ENDPOINT without TLS"],
  ["a network that is a text", { NETWORK: "tunnel" }, "The binding NETWORK is missing"],
  [
    "no network for the store",
    { NETWORK: undefined, GATEWAY_REDIS_URL: "rediss://r.example" },
    "missing: GATEWAY_S3",
  ],
  ["no Redis", { GATEWAY_REDIS_URL: "" }, "GATEWAY_REDIS_URL is missing"],
  ["an unknown scheme", { GATEWAY_REDIS_URL: "http://redis" }, "must begin with redis://, rediss://"],
  ["a tunnel's scheme", { GATEWAY_REDIS_URL: "redis+wss://redis" }, "which gpu-nodes speak: a gateway is"],
  [
    "a Unix socket",
    { GATEWAY_REDIS_URL: "unix:///run/redis" },
    "a Worker reaches Redis over the network only",
  ],
  [
    "a cluster",
    { GATEWAY_REDIS_URL: "rediss+cluster://h1,h2" },
    "GATEWAY_REDIS_URL is a cluster, which only a gateway on Node.js speaks with",
  ],
  ["no key of the store", { GATEWAY_S3_SECRET_KEY: undefined }, "GATEWAY_S3_SECRET_KEY is missing"],
  ["a short token", { GATEWAY_DRAIN_TOKEN: "short" }, "GATEWAY_DRAIN_TOKEN has fewer than 32 characters"],
  ["a token of words", { GATEWAY_DRAIN_TOKEN: "a b ".repeat(10) }, "no header can carry"],
  ["a token with a line's end", { GATEWAY_DRAIN_TOKEN: `${"a".repeat(40)}\n` }, "no header can carry"],
  ["a token beyond ASCII", { GATEWAY_DRAIN_TOKEN: "\u00fc".repeat(40) }, "no header can carry"],
  ["an unknown role", { GATEWAY_ROLES: "http,worker" }, "must be one of http, driver, executor, deliverer"],
  ["no role at all", { GATEWAY_ROLES: " , " }, 'GATEWAY_ROLES is " , ", but names nothing'],
  ["a drain that is cut", { GATEWAY_DRAIN_MS: "60000" }, "GATEWAY_DRAIN_MS must be a number of milliseconds"],
  [
    "a stream of no time",
    { GATEWAY_STREAM_MS: "soon" },
    "GATEWAY_STREAM_MS must be a number of milliseconds",
  ],
  ["a wrong number", { GATEWAY_SHARDS: "many" }, "GATEWAY_SHARDS"],
])("says in one sentence what is wrong with %s", (_what, change, sentence) => {
  const problems = problemsOf(change);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
  expect(problems[0]).not.toContain("secret@");
  // No Worker has files.
  expect(problems[0]).not.toContain("_FILE");
});

it("says all of it at once", () => {
  expect(
    problemsOf({ GATEWAY_REDIS_URL: "", GATEWAY_DRAIN_TOKEN: "short", GATEWAY_DRAIN_MS: "0" }),
  ).toHaveLength(3);
});
