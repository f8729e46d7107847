/** API keys for tests of the app: made as the command makes them, presented as clients do. */
import type { ApiKeyCreate, NewApiKey } from "@myspinbot/contracts/types.ts";
import { createApiKeys, type ApiKeys } from "../src/access/api-keys.ts";
import { ALL_SCOPES } from "../src/access/caller.ts";
import { createKnownKeys } from "../src/access/known-keys.ts";
import type { AppHarness } from "./app-harness.ts";

export interface KeyHarness {
  /** Another gateway's view of the keys, so that the app under test learns nothing by it. */
  elsewhere: ApiKeys;
  /** A key with all scopes unless told otherwise. */
  key(owner: string, more?: Partial<ApiKeyCreate>): Promise<NewApiKey>;
  /** Asks with a key's text. */
  as(text: string, path: string, init?: RequestInit): Promise<Response>;
}

export function keyHarness(h: AppHarness): KeyHarness {
  const { redis, keys } = h.driver;
  const elsewhere = createApiKeys({ redis, keys, shard: "s0", clock: h.clock, known: createKnownKeys() });
  return {
    elsewhere,
    key: (owner, more = {}) => elsewhere.create({ owner, scopes: [...ALL_SCOPES], ...more }),
    as: (text, path, init = {}) =>
      h.request(path, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${text}` },
      }),
  };
}
