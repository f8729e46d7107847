/** Reads the gateway's configuration from an environment record, once, with all errors together. */
import { GATEWAY_ENV, type Variable } from "@myspinbot/contracts/config.ts";
import type { GatewayConfig } from "@myspinbot/contracts/types.ts";
import { validateGatewayConfig } from "@myspinbot/contracts/validators.js";
import { AddressError, readRedisAddress, readStoreAddress } from "./addresses.ts";
import { isLoopback } from "./middleware/loopback/is-loopback.ts";

/** Complete and frozen. */
export type Config = Readonly<Required<GatewayConfig>>;

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One sentence per wrong variable. */
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Fits its schema, so that each variable can be put in alone to be judged. */
const SAMPLE = {
  redis_url: "redis://localhost",
  s3_endpoint: "http://localhost",
  s3_access_key: "x",
  s3_secret_key: "x",
};

/**
 * @param env usually process.env; an empty text counts as not set
 * @throws ConfigError that names every wrong variable and shows no secret.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(GATEWAY_ENV)) {
    const text = env[variable.env];
    if (text !== undefined && text !== "") {
      values[name] = toValue(text, variable);
      const problem = judge(name, values[name]);
      if (problem)
        problems.push(
          `${variable.env} ${variable.secret ? "" : `is ${JSON.stringify(text)}, but `}${problem}`,
        );
    } else if (variable.required) {
      problems.push(`${variable.env} is missing: ${variable.description}`);
    } else {
      values[name] = variable.default;
    }
  }
  if (typeof values.host === "string" && !isLoopback(values.host)) {
    problems.push(
      `${GATEWAY_ENV.host.env} is ${JSON.stringify(values.host)}, but without API keys the gateway serves loopback only`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}

function toValue(text: string, variable: Variable): unknown {
  if (variable.list)
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  if (variable.type === "integer") return /^-?\d+$/.test(text) ? Number(text) : text;
  if (variable.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** What no pattern can say well. */
const READERS: Record<string, (text: string) => unknown> = {
  redis_url: readRedisAddress,
  s3_endpoint: readStoreAddress,
};

function judge(name: string, value: unknown): string | undefined {
  try {
    READERS[name]?.(String(value));
  } catch (error) {
    if (error instanceof AddressError) return error.message;
    throw error;
  }
  if (validateGatewayConfig({ ...SAMPLE, [name]: value })) return undefined;
  const [error] = validateGatewayConfig.errors ?? [];
  const allowed = error?.params.allowedValues;
  return allowed ? `must be one of ${(allowed as string[]).join(", ")}` : (error?.message ?? "does not fit");
}
