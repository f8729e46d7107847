/** API keys: who may come in, as what, and how often. For those with the scope `operate`. */
import type { Operations } from "@myspinbot/contracts/routes.ts";
import type { ApiKeyCreate, ApiKeyPage, NewApiKey } from "@myspinbot/contracts/types.ts";
import type { Caller } from "./caller.ts";
import type { Asking } from "./runs.ts";

export interface Keys {
  /** The answer holds the key's text, this once: so it is not sent again when the answer was lost. */
  create(key: ApiKeyCreate, options?: Asking): Promise<NewApiKey>;
  /** One page, newest first, without their texts. */
  list(query?: Operations["listKeys"]["query"], options?: Asking): Promise<ApiKeyPage>;
  revoke(key_id: string, options?: Asking): Promise<void>;
}

export function createKeys(caller: Caller): Keys {
  return {
    create: (body, { signal } = {}) => caller.call("createKey", { body, signal }),
    list: (query = {}, { signal } = {}) => caller.call("listKeys", { query, signal }),
    async revoke(key_id, { signal } = {}) {
      await caller.call("revokeKey", { path: { key_id }, signal });
    },
  };
}
