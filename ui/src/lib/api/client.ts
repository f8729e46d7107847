/** The client that all of the page uses: its own origin, whoever is signed in, or the token of a link. */
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { access } from "./key.svelte.ts";

/** Requests of a link's reader carry its token, since that is how the gateway takes it. */
function withToken(url: string): string {
  return access.token === undefined || access.key !== undefined
    ? url
    : `${url}${url.includes("?") ? "&" : "?"}token=${encodeURIComponent(access.token)}`;
}

export const client = createClient({
  base: "",
  runtime: { ...systemRuntime, fetch: (url, init) => systemRuntime.fetch(withToken(url), init) },
  authorization: () => (access.key === undefined ? undefined : `Bearer ${access.key}`),
  patience: { patienceMs: 8_000, firstMs: 250, mostMs: 4_000 },
  // Who follows a run says what is going on, so it does its own waiting.
  streamPatience: { patienceMs: 0, firstMs: 500, mostMs: 15_000 },
});
