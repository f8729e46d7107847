/** Says whether a webhook may lead to an address: what is not on the public internet is reached by nobody's wish. */
import ipaddr from "ipaddr.js";

export interface WebhookPolicy {
  /** This machine is allowed, over http and to any port, too. */
  local: boolean;
  /** Of https. */
  ports: readonly string[];
}

/** Names that lead into a network of one's own, whatever they resolve to. */
const INNER_NAME =
  /^[^.]*$|(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa|arpa|onion|test|invalid)$/;
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** Undefined when the address is fit, else why it is not: words that follow the address's name. */
export function judgeWebhookUrl(text: string, policy: WebhookPolicy): string | undefined {
  // The parser leaves such characters out without a word.
  if (/[^\x21-\uffff]|[\x7f-\xa0\\]/.test(text)) return "must hold no spaces, line ends or backslashes";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:\/\/[^/]/i.test(text)) return "must be an address that begins with https://";
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text))
    return "must name no user and no password";
  const host = bareHost(url.hostname);
  const isLocal = policy.local && isLocalHost(host);
  if (isLocal) return undefined;
  if (url.protocol !== "https:") return "must begin with https://";
  const port = url.port || "443";
  if (!policy.ports.includes(port)) return `must have the port ${policy.ports.join(" or ")}`;
  if (ipaddr.isValid(host)) return isPublicAddress(host) ? undefined : "must lead to a public address";
  if (INNER_NAME.test(host)) return "must have a host name of the public internet";
  return undefined;
}

/** Of an address as resolvers and sockets give it: global unicast, or of this machine where that is allowed. */
export function isAllowedAddress(address: string, policy: WebhookPolicy): boolean {
  return isPublicAddress(address) || (policy.local && isLoopbackAddress(address));
}

/** Without the brackets of IPv6, and without the dot at the end that makes a name absolute. */
export function bareHost(hostname: string): string {
  let host = hostname.replace(/^\[|\]$/g, "");
  while (host.endsWith(".")) host = host.slice(0, -1);
  return host.toLowerCase();
}

function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || (address as ipaddr.IPv6).match(GLOBAL_UNICAST_V6);
}

function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === "loopback";
}

function isLocalHost(host: string): boolean {
  return host === "localhost" || isLoopbackAddress(host);
}
