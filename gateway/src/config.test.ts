import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, readSome } from "./config.ts";

const NEEDED = {
  GATEWAY_REDIS_URL: "redis://127.0.0.1:6379",
  GATEWAY_S3_ENDPOINT: "http://127.0.0.1:9000",
  GATEWAY_S3_ACCESS_KEY: "key",
  GATEWAY_S3_SECRET_KEY: "secret-canary",
};

function problemsOf(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("fills in defaults and freezes", () => {
    const config = readConfig(NEEDED);
    expect(config).toMatchObject({
      port: 8787,
      host: "127.0.0.1",
      shards: 1,
      pools: ["default"],
      log_level: "info",
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("reads numbers and lists", () => {
    const config = readConfig({
      ...NEEDED,
      GATEWAY_PORT: "0",
      GATEWAY_ROLES: "http, driver",
      GATEWAY_SHARDS: "3",
    });
    expect(config).toMatchObject({ port: 0, roles: ["http", "driver"], shards: 3 });
  });

  it.each([
    ["2.5", 2.5],
    ["-1", -1],
    ["0", 0],
  ])("reads %s as a number", (text, cpu) => {
    expect(readConfig({ ...NEEDED, GATEWAY_CPU: text }).cpu).toBe(cpu);
  });

  it.each(["many", "1e999", "-2", "1.2.3"])("does not take %s as one", (text) => {
    expect(problemsOf({ ...NEEDED, GATEWAY_CPU: text })).toEqual([expect.stringContaining("GATEWAY_CPU")]);
  });

  it("tells all errors together, by the names of the variables", () => {
    const problems = problemsOf({
      GATEWAY_REDIS_URL: "http://x",
      GATEWAY_PORT: "80a",
      GATEWAY_ROLES: "http,boss",
      GATEWAY_SHARDS: "0",
    });
    for (const name of [
      "GATEWAY_REDIS_URL",
      "GATEWAY_PORT",
      "GATEWAY_ROLES",
      "GATEWAY_SHARDS",
      "GATEWAY_S3_ENDPOINT",
      "GATEWAY_S3_ACCESS_KEY",
      "GATEWAY_S3_SECRET_KEY",
    ]) {
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1);
    }
  });

  it("serves loopback only", () => {
    expect(problemsOf({ ...NEEDED, GATEWAY_HOST: "0.0.0.0" })[0]).toMatch(/loopback only/);
    expect(readConfig({ ...NEEDED, GATEWAY_HOST: "::1" }).host).toBe("::1");
    const open = { ...NEEDED, GATEWAY_HOST: "0.0.0.0", GATEWAY_AUTH: "required" };
    expect(readConfig(open).host).toBe("0.0.0.0");
  });

  it("takes addresses of its own and of pages as origins only", () => {
    const urls = {
      GATEWAY_PUBLIC_URL: "https://a.example/",
      GATEWAY_ALLOWED_ORIGINS: "https://b.example:444, http://[::1]",
    };
    expect(readConfig({ ...NEEDED, ...urls })).toMatchObject({
      public_url: "https://a.example/",
      allowed_origins: ["https://b.example:444", "http://[::1]"],
    });
    for (const wrong of [
      "a.example",
      "https://a.example/x",
      "https://u:p@a.example",
      "*",
      "null",
      "ftp://a",
    ]) {
      expect(problemsOf({ ...NEEDED, GATEWAY_PUBLIC_URL: wrong })).toHaveLength(1);
      expect(problemsOf({ ...NEEDED, GATEWAY_ALLOWED_ORIGINS: wrong })).toHaveLength(1);
    }
  });

  it("reads some settings for who needs no others", () => {
    expect(readSome({ GATEWAY_REDIS_URL: "redis://x" }, ["redis_url", "prefix"])).toEqual({
      redis_url: "redis://x",
      prefix: "msb",
    });
    expect(() => readSome({}, ["redis_url"])).toThrow(ConfigError);
  });

  it("shows no secret", () => {
    expect(problemsOf({ ...NEEDED, GATEWAY_S3_ENDPOINT: "" }).join()).not.toContain("secret-canary");
  });

  it("knows exactly the variables of .env.example", () => {
    const example = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
    const named = Array.from(example.matchAll(/^#? ?(GATEWAY_[A-Z0-9_]+)=/gm), ([, name]) => name).sort();
    const known = Object.values(readEnvNames()).sort();
    expect(named).toEqual(known);
  });
});

function readEnvNames(): string[] {
  const schema = JSON.parse(
    readFileSync(new URL("../../schemas/config/gateway.schema.json", import.meta.url), "utf8"),
  ) as { properties: Record<string, { "x-env": string; "x-secret"?: true }> };
  return Object.values(schema.properties).flatMap(({ "x-env": name, "x-secret": secret }) =>
    secret ? [name, `${name}_FILE`] : [name],
  );
}
