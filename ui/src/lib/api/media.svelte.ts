/** Addresses of artifacts for pictures, films and downloads, which send no key: they get a token of their run. */
import { clock } from "../clock.svelte.ts";
import { access } from "./key.svelte.ts";
import { client } from "./client.ts";

/** A token this close to its end is made anew. */
const SPARE_MS = 60_000;

const tokens = new Map<string, Promise<{ token: string; until: number }>>();

async function tokenOf(run_id: string, afresh: boolean): Promise<string | undefined> {
  if (access.key === undefined) return access.token;
  const old = await tokens.get(run_id)?.catch(() => undefined);
  if (!afresh && old !== undefined && old.until - SPARE_MS > clock.read()) return old.token;
  const asked = client.runs
    .token(run_id)
    .then(({ token, expires_at }) => ({ token, until: Date.parse(expires_at) }));
  tokens.set(run_id, asked);
  return (await asked).token;
}

/** @param afresh after a failure: the token may have ended */
export async function contentUrl(run_id: string, artifact_id: string, afresh = false): Promise<string> {
  const token = await tokenOf(run_id, afresh);
  const path = `/v1/artifacts/${encodeURIComponent(artifact_id)}/content`;
  return token === undefined ? path : `${path}?token=${encodeURIComponent(token)}`;
}

/** A link to one run that somebody without a key can open for a while: the token is never sent as a path. */
export async function linkTo(run_id: string): Promise<{ href: string; expires_at?: string }> {
  const page = `${location.origin}/runs/${encodeURIComponent(run_id)}`;
  if (access.key === undefined)
    return { href: access.token === undefined ? page : `${page}#token=${access.token}` };
  const { token, expires_at } = await client.runs.token(run_id);
  return { href: `${page}#token=${token}`, expires_at };
}
