/** Which gateway is asked, and as whom: options go before the environment. The key is printed nowhere. */
import { readFileSync } from "node:fs";
import { createClient } from "../src/client.ts";
import { usage } from "./exit-codes.ts";
import type { Session, Surroundings } from "./surroundings.ts";
import { attentive } from "./waiting.ts";

export interface ConnectionOptions {
  url?: string;
  key?: string;
  json?: boolean;
  /** Seconds. */
  timeout?: number;
}

const LOCAL = "http://127.0.0.1:8787";
const KEY = /^msb_[0-7][0-9A-HJKMNP-TV-Z]{25}_[A-Za-z0-9_-]{43}$/;
/** Of one answer; what is known to take longer has more. */
export const TIMEOUT_S = 10;
/** A person waits, and can ask again. */
const PATIENCE = { patienceMs: 3_000, firstMs: 250, mostMs: 1_000 };

export function toSession(around: Surroundings, options: ConnectionOptions): Session {
  const url = urlOf(options.url ?? (around.env.MSB_URL || LOCAL));
  const key = keyOf(around.env, options.key);
  const authorization = key === undefined ? undefined : () => `Bearer ${key}`;
  const timeoutMs = (options.timeout ?? TIMEOUT_S) * 1000;
  const runtime = attentive(around, url, timeoutMs);
  const patience = { ...PATIENCE, patienceMs: Math.min(PATIENCE.patienceMs, timeoutMs) };
  const client = createClient({ base: url, runtime, authorization, timeoutMs, patience });
  return { ...around, client, url, hasKey: key !== undefined, json: options.json === true };
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw usage(
      `The gateway's address is as in ${LOCAL} or https://jobs.example.org, not ${JSON.stringify(text)}.`,
    );
  if (url.username !== "" || url.password !== "")
    throw usage("The gateway's address holds no name and no password: a key is given in MSB_KEY.");
  return text.replace(/\/+$/, "");
}

function keyOf(env: Surroundings["env"], given: string | undefined): string | undefined {
  const text = given ?? (env.MSB_KEY || fromFile(env.MSB_KEY_FILE || undefined));
  if (text === undefined) return undefined;
  if (!KEY.test(text.trim()))
    throw usage(
      "The key is none of MySpinBot: it is as in msb_<id>_<secret>, 74 letters. (It is not shown here.)",
    );
  return text.trim();
}

function fromFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw usage(`MSB_KEY_FILE cannot be read: ${(error as Error).message}.`);
  }
}
