/** The command that makes, lists and revokes API keys straight in Redis: so the first one comes into being. */
import { parseArgs } from "node:util";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { ApiKeyCreate, KeyLimits } from "@myspinbot/contracts/types.ts";
import { validateApiKeyCreate } from "@myspinbot/contracts/validators.js";
import { createApiKeys, type ApiKeys } from "../../access/api-keys.ts";
import { createKnownKeys } from "../../access/known-keys.ts";
import { systemClock, toTimestamp } from "../../clock.ts";
import { readSome } from "../../config.ts";
import { fieldErrors } from "../../errors/field-errors.ts";
import { createCommandClient } from "../../redis/client.ts";
import { createSecretFiles } from "./secret-files.ts";

const DAY_MS = 86_400_000;
const MOST_LISTED = 200;
const NUMBERS = {
  "runs-per-minute": "runs_per_minute",
  "live-runs": "live_runs",
  "bytes-per-day": "upload_bytes_per_day",
  "event-streams": "event_streams",
} as const;
const TEXTS = [
  "owner",
  "scopes",
  "name",
  "days",
  "highest-priority",
  ...(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]),
] as const;

type Options = Partial<Record<(typeof TEXTS)[number], string>>;

/** What was typed cannot be meant. */
class UsageError extends Error {}

const DOES: Record<string, (apiKeys: ApiKeys, options: Options, id: string | undefined) => Promise<void>> = {
  create: async (apiKeys, options) => {
    const { api_key: text, key } = await apiKeys.create(toCreate(options));
    process.stdout.write(`${text}\n`);
    process.stderr.write(
      `Key ${key.key_id} of ${key.owner} for ${key.scopes.join(", ")}. It is shown this once: keep it, and say it in\n  Authorization: Bearer <key>\nFrom now on every request needs a key.\n`,
    );
  },
  list: async (apiKeys) => {
    let cursor: string | undefined;
    let count = 0;
    do {
      const page = await apiKeys.list({ limit: MOST_LISTED, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key_id, owner, scopes, name, limits, created_at, last_used_at, expires_at } of page.keys)
        process.stdout.write(
          `${key_id}  ${owner}  ${scopes.join(",")}  made ${created_at}  used ${last_used_at ?? "never"}${expires_at === undefined ? "" : `  until ${expires_at}`}${said(limits)}  ${name}\n`,
        );
      count += page.keys.length;
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    if (count === 0) process.stderr.write("There are none.\n");
  },
  revoke: async (apiKeys, _, id) => {
    if (id === undefined) throw new UsageError("revoke needs the id of a key, as list shows it.");
    const key = idIn(id);
    await apiKeys.revoke(key);
    process.stderr.write(`Key ${key} is revoked; within five seconds nobody takes it.\n`);
  },
};

/** Whoever holds a key's text need not know which part of it is the id. */
function idIn(text: string): string {
  return /^msb_([^_]+)_/.exec(text)?.[1] ?? text;
}

function said(limits: KeyLimits): string {
  return Object.entries(limits)
    .map(([name, value]) => `  ${name} ${value}`)
    .join("");
}

function toCreate(options: Options): ApiKeyCreate {
  const { owner, scopes, name, days } = options;
  const limits = Object.entries(NUMBERS).flatMap(([option, limit]) => {
    const value = options[option as keyof typeof NUMBERS];
    return value === undefined ? [] : [[limit, wholeNumber(option, value)]];
  });
  const create: unknown = {
    owner,
    scopes: (scopes ?? "").split(",").filter((scope) => scope !== ""),
    limits: {
      ...(Object.fromEntries(limits) as object),
      ...(options["highest-priority"] === undefined ? {} : { highest_priority: options["highest-priority"] }),
    },
    ...(name === undefined ? {} : { name }),
    ...(days === undefined
      ? {}
      : { expires_at: toTimestamp(systemClock.now() + wholeNumber("days", days) * DAY_MS) }),
  };
  if (owner === undefined) throw new UsageError("--owner is missing: whose runs and files the key sees.");
  if (!scopes)
    throw new UsageError("--scopes is missing: runs:write, runs:read, operate; several with commas.");
  const errors = fieldErrors(validateApiKeyCreate, create);
  if (errors.length > 0)
    throw new UsageError(errors.map(({ pointer, detail }) => `--${optionAt(pointer)} ${detail}.`).join("\n"));
  return create as ApiKeyCreate;
}

/** `/limits/highest_priority` was typed as `--highest-priority`, `/scopes/0` as `--scopes`. */
function optionAt(pointer: string): string {
  const [, first = "", second = ""] = pointer.split("/");
  return (first === "limits" ? second : first).replaceAll("_", "-");
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`--${name} must be a whole number above 0.`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(TEXTS.map((name) => [name, { type: "string" as const }])),
  });
  const [word = "", id, ...more] = positionals;
  const run = Object.hasOwn(DOES, word) ? DOES[word] : undefined;
  if (!run) throw new UsageError("Say create, list, or revoke with the id of a key.");
  const extra = word === "revoke" ? more : positionals.slice(1);
  if (extra.length > 0)
    throw new UsageError(
      `${word} takes no ${JSON.stringify(extra[0])}. Several scopes stand together, with commas.`,
    );
  const settings = readSome(process.env, ["redis_url", "prefix"], createSecretFiles().read);
  const redis = createCommandClient(settings.redis_url);
  try {
    const known = createKnownKeys();
    const keys = createKeys(settings.prefix);
    await run(createApiKeys({ redis, keys, shard: "s0", clock: systemClock, known }), values, id);
  } finally {
    redis.disconnect();
  }
}

main().catch((error: unknown) => {
  const { message, detail } = error as { message?: string; detail?: string };
  process.stderr.write(`${detail ?? message ?? String(error)}\n`);
  process.exitCode = 1;
});
