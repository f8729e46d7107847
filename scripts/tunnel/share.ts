/** Lets others in to a running gateway by a quick tunnel and a key, until it is stopped; then both are gone. */
import { setTimeout as sleep } from "node:timers/promises";
import { aborted } from "../lifetime.ts";
import type { Cloudflared } from "./cloudflared.ts";
import { TunnelError } from "./cloudflared.ts";
import type { GuestKeys } from "./guest-keys.ts";
import { openFront } from "./front.ts";
import { quickTunnel } from "./quick-tunnel.ts";

export interface ShareOptions {
  readonly cloudflared: Cloudflared;
  /** Its address on this machine. */
  readonly gateway: string;
  readonly keys: GuestKeys;
  /** Configuration and log of cloudflared lie here. */
  readonly dir: string;
  readonly stopped: AbortSignal;
  say(text: string): void;
}

const OK = 200;
const NO_KEY = 401;
const PATIENCE_MS = 20_000;
/** A gateway looks every few seconds whether there are keys. */
const CLOSED_WITHIN_MS = 10_000;
const LOOK_MS = 200;

/**
 * Settles after the signal, when the tunnel is closed and the key revoked.
 * @throws {TunnelError | ServiceError} when it cannot begin, or cloudflared ended by itself; nothing is left open then
 */
export async function share(options: ShareOptions): Promise<void> {
  const { gateway, keys, say } = options;
  if ((await statusOf(`${gateway}/healthz`)) !== OK)
    throw new TunnelError(
      `No gateway answers at ${gateway}: start one (npm run dev, npm run start) or name its port with --port.`,
    );
  const wasOpen = (await statusOf(`${gateway}/v1/runs?limit=1`)) === OK;
  const key = keys.create();
  let failure: unknown;
  try {
    await assertNeedsKey(gateway, key.text);
    if (wasOpen)
      say("From now on this gateway wants a key from everybody, from this machine, too: for ever.");
    await openUntilStopped(options, key.text);
  } catch (error) {
    failure = error;
  }
  try {
    keys.revoke(key.id);
    say("The tunnel is closed and the key revoked.");
  } catch (error) {
    say(`The tunnel is closed, but the key lives for a day: npm run keys -- revoke ${key.id}`);
    failure ??= error;
  }
  if (failure !== undefined) throw failure as Error;
}

async function openUntilStopped(options: ShareOptions, key: string): Promise<void> {
  const { cloudflared, dir, gateway, stopped, say } = options;
  if (stopped.aborted) return;
  const known: { publicUrl?: string | undefined } = {};
  const front = await openFront(gateway, () => known.publicUrl);
  const { service, publicUrl } = quickTunnel(cloudflared, dir, { to: front.url, gateway });
  try {
    await Promise.race([service.start(), aborted(stopped)]);
    const url = (known.publicUrl = publicUrl());
    if (stopped.aborted || url === undefined) return;
    say(invitation(url, key));
    await Promise.race([service.exited, aborted(stopped)]);
    if (!stopped.aborted)
      throw new TunnelError(`cloudflared has ended, and the tunnel with it:\n${service.logTail()}`);
  } finally {
    await service.stop();
    await front.close();
  }
}

function invitation(url: string, key: string): string {
  return `Shared until Ctrl-C, for a day at most. It may take half a minute until the address answers.

${url}  is the page, too: it asks for the key.

BASE=${url}
KEY=${key}
curl -s $BASE/v1/runs -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
    -d '{"graph": "talking-avatar", "input": {"topic": "why ships float"}}'

The key is shown this once. Quick tunnels carry no event streams: ask again with GET $BASE/v1/runs/<run_id>.`;
}

/** Before anybody outside can ask: the gateway must know this key, and serve nobody without one. */
async function assertNeedsKey(gateway: string, key: string): Promise<void> {
  const url = `${gateway}/v1/runs?limit=1`;
  const withKey = await statusOf(url, { authorization: `Bearer ${key}` });
  if (withKey === 0) throw new TunnelError(`The gateway at ${gateway} does not answer any more.`);
  if (withKey !== OK)
    throw new TunnelError(
      `The gateway at ${gateway} does not take the new key (${withKey}): its Redis is another one than that of npm run keys; name it in GATEWAY_REDIS_URL.`,
    );
  for (let waited = 0; (await statusOf(url)) !== NO_KEY; waited += LOOK_MS) {
    if (waited >= CLOSED_WITHIN_MS)
      throw new TunnelError(`The gateway at ${gateway} serves without a key: it is not shared.`);
    await sleep(LOOK_MS);
  }
}

/** @returns 0 where nobody answers */
async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
