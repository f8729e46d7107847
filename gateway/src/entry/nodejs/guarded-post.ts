/**
 * Sends webhooks, and nothing to any address that is not public: names are resolved once, all that they resolve to is
 * looked at, the connection goes to what was looked at, and is looked at again when it stands.
 */
import { Resolver } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, request, type Dispatcher } from "undici";
import type { Post, PostAnswer } from "../../deliverer/attempt.ts";
import { connectionFault } from "../../errors/connection-faults.ts";
import { bareHost, isAllowedAddress, judgeWebhookUrl, type WebhookPolicy } from "../../webhooks/judge-url.ts";

interface Address {
  address: string;
  family: 4 | 6;
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<Address[]>;

export interface GuardedPostOptions {
  policy: WebhookPolicy;
  timeoutMs: number;
  userAgent: string;
  resolve?: Resolve;
}

/** More of an answer is not read, and this much of it is kept, in characters. */
const MOST_BYTES = 65_536;
const KEPT = 1000;

class Refused extends Error {
  override readonly name = "Refused";
}

export function createGuardedPost(options: GuardedPostOptions): { post: Post; close(): Promise<void> } {
  const { policy, timeoutMs, userAgent } = options;
  const agent = createGuardedAgent(options);
  const post: Post = async ({ url, headers, body }) => {
    // Judged when it was made, perhaps under another configuration.
    const unfit = judgeWebhookUrl(url, policy);
    if (unfit !== undefined) throw new Refused(`The webhook's address ${unfit}.`);
    try {
      return await send(agent, { url, body, headers: { ...headers, "user-agent": userAgent } }, timeoutMs);
    } catch (error) {
      throw toWords(error, timeoutMs);
    }
  };
  return { post, close: () => agent.destroy() };
}

/** Whatever is asked of it: what it connects to is looked at. */
export function createGuardedAgent(options: GuardedPostOptions): Agent {
  const { timeoutMs } = options;
  return new Agent({
    connect: guardedConnector(options),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}

async function send(
  dispatcher: Dispatcher,
  { url, headers, body }: Parameters<Post>[0],
  timeoutMs: number,
): Promise<PostAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // Neither follows redirects nor decompresses.
  const answer = await request(url, { method: "POST", headers, body, dispatcher, signal });
  const retryAfter = answer.headers["retry-after"];
  return {
    status: answer.statusCode,
    ...(typeof retryAfter === "string" ? { retryAfter } : {}),
    beginning: await beginningOf(answer.body),
  };
}

/** What the receiver decided is known from its status: a body that does not come, or does not end, changes nothing. */
async function beginningOf(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, MOST_BYTES - size));
      size += chunk.length;
      if (size >= MOST_BYTES) break;
    }
  } catch {
    // Cut off, or too slow.
  }
  body.destroy();
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  return text
    .replaceAll(/[\s\p{Cc}\p{Cs}\ufffd]+/gu, " ")
    .trim()
    .slice(0, KEPT);
}

function guardedConnector(options: GuardedPostOptions): buildConnector.connector {
  const { policy, timeoutMs, resolve = createResolve(timeoutMs) } = options;
  const timeout = Math.ceil(timeoutMs / 3);
  return (asked, callback) => {
    const host = bareHost(asked.hostname);
    allowedAddresses(host, policy, resolve).then(
      (addresses) => {
        const lookup = pinned(addresses);
        const connect = buildConnector({ timeout, lookup, autoSelectFamily: true, allowH2: false });
        connect({ ...asked, hostname: host }, (...[error, socket]) => {
          if (error) return callback(error, null);
          if (isAllowedAddress(socket.remoteAddress ?? "", policy)) return callback(null, socket);
          socket.destroy();
          callback(notPublic(), null);
        });
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** @throws Refused when there is none, or one that is not allowed: another answer might have been meant for others. */
async function allowedAddresses(
  host: string,
  policy: WebhookPolicy,
  resolve: Resolve,
): Promise<[Address, ...Address[]]> {
  const family = isIP(host);
  const addresses = family ? [{ address: host, family: family as 4 | 6 }] : await resolve(host);
  if (!addresses.every(({ address }) => isAllowedAddress(address, policy))) throw notPublic();
  const [first, ...others] = addresses;
  if (!first) throw new Refused("The receiver's name has no address.");
  return [first, ...others];
}

function notPublic(): Refused {
  return new Refused("The receiver's name leads to an address that is not public.");
}

/** Answers with what was looked at, whatever is asked. */
function pinned(addresses: [Address, ...Address[]]): LookupFunction {
  return (_host, { all }, callback) => {
    if (all) callback(null, addresses);
    else callback(null, addresses[0].address, addresses[0].family);
  };
}

/**
 * Asks the name servers themselves: the system's own look-up reads the machine's table of hosts, and four of its calls
 * that wait keep all others of the process waiting.
 */
function createResolve(timeoutMs: number): Resolve {
  return async (host) => {
    // Allowed only where this machine is; no name server is asked for it.
    if (host === "localhost") return [{ address: "127.0.0.1", family: 4 }];
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 6), tries: 2 });
    const asked = [resolver.resolve4(host), resolver.resolve6(host)] as const;
    const [four, six] = await Promise.allSettled(asked);
    if (four.status === "rejected" && six.status === "rejected") throw four.reason;
    const of = (answer: PromiseSettledResult<string[]>, family: 4 | 6): Address[] =>
      answer.status === "fulfilled" ? answer.value.map((address) => ({ address, family })) : [];
    return [...of(four, 4), ...of(six, 6)];
  };
}

/** What went wrong, without the receiver's address, which may hold a secret. */
function toWords(error: unknown, timeoutMs: number): Error {
  if (error instanceof Refused) return error;
  const { name, code = "" } = error as NodeJS.ErrnoException;
  const late = name === "TimeoutError" || code.includes("TIMEOUT");
  if (late) return new Error(`The receiver did not answer within ${timeoutMs / 1000} s.`, { cause: error });
  const sentence =
    name === "HTTPParserError"
      ? "The receiver does not answer in HTTP"
      : connectionFault(error, "the receiver");
  const words = sentence === undefined ? `The receiver gave no answer (${code || name})` : sentence;
  return new Error(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`, { cause: error });
}
