/**
 * The words of a configuration of cloudflared (2026.8.2), and what may stand behind each. What cloudflared does not know it
 * passes over in silence, which opens what a misspelled word should have closed.
 */

export type Fields = Readonly<Record<string, unknown>>;

interface Kind {
  /** The rest of a sentence about what is none. */
  readonly is: string;
  takes(value: unknown): boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" || typeof value === "number";
const TIME = /^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/;

const KINDS = {
  text: { is: "is a text", takes: isText },
  flag: { is: "is true or false", takes: (value) => typeof value === "boolean" },
  number: { is: "is a whole number", takes: (value) => Number.isInteger(value) && Number(value) >= 0 },
  time: { is: "is a time, as in 30s", takes: (value) => typeof value === "string" && TIME.test(value) },
  texts: { is: "is a list of texts", takes: (value) => Array.isArray(value) && value.every(isText) },
  list: { is: "is a list", takes: (value) => Array.isArray(value) },
  fields: { is: "is a list of settings", takes: isFields },
  /** What is looked into by itself. */
  any: { is: "", takes: () => true },
  protocol: { is: "is auto, quic or http2", takes: (value) => /^(auto|quic|http2)$/.test(String(value)) },
} as const satisfies Record<string, Kind>;

type Words = Readonly<Record<string, keyof typeof KINDS>>;

function words(byKind: Partial<Record<keyof typeof KINDS, string>>): Words {
  const rows = Object.entries(byKind) as [keyof typeof KINDS, string][];
  return Object.fromEntries(rows.flatMap(([kind, names]) => names.split(" ").map((name) => [name, kind])));
}

/** Options of the command line may stand at the top, too. */
const TOP = words({
  text:
    "tunnel credentials-file cred-file credentials-contents token token-file origincert cacert region id name label " +
    "edge-ip-version edge-bind-address hostname lb-pool api-url loglevel transport-loglevel logfile log-directory output " +
    "trace-output metrics pidfile url unix-socket origin-ca-pool origin-server-name http-host-header proxy-address " +
    "icmpv4-src icmpv6-src management-hostname service-op-ip quick-service",
  flag:
    "no-autoupdate no-prechecks hello-world hello_world bastion socks5 no-tls-verify no-chunked-encoding http2-origin " +
    "proxy-no-happy-eyeballs post-quantum overwrite-dns quic-disable-pmtu-discovery management-diagnostics",
  time:
    "autoupdate-freq metrics-update-freq heartbeat-interval grace-period rpc-timeout write-stream-timeout " +
    "dial-edge-timeout proxy-connect-timeout proxy-tls-timeout proxy-tcp-keepalive proxy-keepalive-timeout",
  number:
    "retries max-edge-addr-retries ha-connections heartbeat-count compression-quality max-active-flows max-fetch-size " +
    "proxy-keepalive-connections proxy-port quic-connection-level-flow-control-limit " +
    "quic-stream-level-flow-control-limit",
  texts: "edge tag features dns-resolver-addrs",
  protocol: "protocol",
  fields: "warp-routing",
  any: "ingress originRequest",
});
const RULE = words({ any: "hostname path service originRequest" });
const ORIGIN_REQUEST = words({
  time: "connectTimeout tlsTimeout tcpKeepAlive keepAliveTimeout",
  flag: "noHappyEyeballs matchSNItoHost noTLSVerify disableChunkedEncoding bastionMode http2Origin",
  number: "keepAliveConnections proxyPort",
  text: "httpHostHeader originServerName caPool proxyAddress proxyType",
  list: "ipRules",
  any: "access",
});
const ACCESS = words({ flag: "required", text: "teamName environment", texts: "audTag" });
const IP_RULE = words({ text: "prefix", list: "ports", flag: "allow" });
const WARP_ROUTING = words({ time: "connectTimeout tcpKeepAlive", number: "maxActiveFlows" });

const TABLES = { TOP, RULE, ORIGIN_REQUEST, ACCESS, IP_RULE, WARP_ROUTING } as const;

/** @returns what is wrong with words and values, each a sentence that begins with `place` */
export function wrongWords(fields: Fields, table: keyof typeof TABLES, place: string): string[] {
  const known = TABLES[table];
  return Object.entries(fields).flatMap(([word, value]) => {
    const kind = Object.hasOwn(known, word) ? KINDS[known[word]!] : undefined;
    if (!kind) return unknown(word, known).map((why) => `${place} has ${word}, which ${why}`.trim());
    const isRight = value === null || value === undefined || kind.takes(value);
    return isRight ? [] : [`${place} has a ${word} that cannot be read: it ${kind.is}`.trim()];
  });
}

/** With a letter in another case or another dash it would be no word at all. */
function unknown(word: string, known: Words): string[] {
  // Holds what is used elsewhere in the file.
  if (word.startsWith("x-")) return [];
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, "");
  const meant = Object.keys(known).find((one) => bare(one) === bare(word));
  const why = "cloudflared does not know and passes over";
  return [meant === undefined ? why : `${why}: it is written ${meant}`];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
