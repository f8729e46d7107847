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

/** Why a file gives no secret, as the rest of a sentence about its variable; shows neither path nor content. */
export class SecretFileError extends Error {
  override readonly name = "SecretFileError";
}

/** Answers the secret in the file that a variable names. @throws SecretFileError */
export type ReadSecretFile = (path: string, variable: string) => string;

const noFiles: ReadSecretFile = () => {
  throw new SecretFileError("cannot be read: there are no files here");
};

/** Fits its schema, so that each variable can be put in alone to be judged. */
const SAMPLE = {
  redis_url: "redis://localhost",
  s3_endpoint: "http://localhost",
  s3_access_key: "x",
  s3_secret_key: "x",
};

type Environment = Record<string, string | undefined>;

/**
 * @param env usually process.env; an empty text counts as not set
 * @param readFile reads what is given as the name of a file
 * @throws ConfigError that names every wrong variable and shows no secret.
 */
export function readConfig(env: Environment, readFile = noFiles): Config {
  const { values, problems } = readValues(env, readFile, Object.keys(GATEWAY_ENV));
  if (typeof values.host === "string" && !isLoopback(values.host) && values.auth !== "required") {
    problems.push(
      `${GATEWAY_ENV.host.env} is ${JSON.stringify(values.host)}, but without API keys the gateway serves loopback only: set ${GATEWAY_ENV.auth.env} to required`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}

/** Some settings, for a command that needs no others. @throws ConfigError */
export function readSome<Name extends keyof Config>(
  env: Environment,
  names: readonly Name[],
  readFile = noFiles,
): Pick<Config, Name> {
  const { values, problems } = readValues(env, readFile, names);
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Pick<Config, Name>;
}

function readValues(
  env: Environment,
  readFile: ReadSecretFile,
  names: readonly string[],
): { values: Record<string, unknown>; problems: string[] } {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const variable: Variable = GATEWAY_ENV[name as keyof typeof GATEWAY_ENV];
    const { source, text, problem } = given(variable, env, readFile);
    values[name] = text === undefined ? variable.default : toValue(text, variable);
    const wrong = problem ?? (text === undefined ? undefined : judge(name, values[name]));
    const shown = text === undefined || variable.secret ? "" : `is ${JSON.stringify(text)}, but `;
    if (wrong) problems.push(`${source} ${shown}${wrong}`);
  }
  return { values, problems };
}

interface Given {
  /** Where it comes from, in words. */
  source: string;
  text?: string;
  problem?: string;
}

/** The text of a variable, or of the file that is named in its place. */
function given(
  { env: name, fileEnv, ...variable }: Variable,
  env: Environment,
  readFile: ReadSecretFile,
): Given {
  const text = env[name] || undefined;
  const file = fileEnv === null ? undefined : env[fileEnv] || undefined;
  if (fileEnv === null || file === undefined) {
    if (text !== undefined) return { source: name, text };
    const isHeard = fileEnv !== null && readFile !== noFiles;
    const file = isHeard ? `, or name a file that holds it in ${fileEnv}` : "";
    const problem = `is missing: set it${file}. ${variable.description}`;
    return variable.required ? { source: name, problem } : { source: name };
  }
  if (text !== undefined) return { source: name, problem: `and ${fileEnv} are both set: give one of them` };
  try {
    return { source: `${name} (from ${fileEnv})`, text: readFile(file, fileEnv) };
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return { source: fileEnv, problem: error.message };
  }
}

function toValue(text: string, variable: Variable): unknown {
  if (variable.list)
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  if (variable.type === "integer") return /^-?\d+$/.test(text) ? Number(text) : text;
  if (variable.type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
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
  if (error?.keyword === "minItems") return "names nothing: leave it out, or say what";
  const allowed = error?.params.allowedValues;
  return allowed ? `must be one of ${(allowed as string[]).join(", ")}` : (error?.message ?? "does not fit");
}
