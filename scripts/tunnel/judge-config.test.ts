import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../services/binaries.ts";
import { problemsOf } from "./judge-config.ts";

const OURS = join(ROOT, "tunnel");
const CATCH_ALL = "  - service: http_status:404\n";
const JOBS = "  - hostname: jobs.example.org\n    service: http://127.0.0.1:8787\n";
const ACCESS = "      access: { required: true, teamName: team, audTag: [abc] }\n";
const CLOSED = "{ access: { required: true, teamName: team, audTag: [abc] } }";
const config = (rules: string, top = "tunnel: abc\n"): string => `${top}ingress:\n${rules}`;
const rule = (fields: string, rest = ""): string => config(`  - ${fields}\n${rest}${CATCH_ALL}`);
const to = (service: string, origin = ""): string =>
  rule(`{ hostname: a.example.org, service: "${service}"${origin && `, originRequest: ${origin}`} }`);

it.each(readdirSync(OURS).filter((name) => name.endsWith(".yml")))("takes our own %s", (name) => {
  expect(problemsOf(readFileSync(join(OURS, name), "utf8"))).toEqual([]);
});

it.each([
  ["a gateway and a catch-all", config(JOBS + CATCH_ALL)],
  ["a catch-all alone", config(CATCH_ALL)],
  ["a catch-all that says *", config(`${JOBS}  - { hostname: "*", service: "http_status:404" }\n`)],
  ["names below a name", rule('{ hostname: "*.example.org", service: "https://a:8443" }')],
  ["a socket", to("unix:/run/gateway.sock")],
  [
    "Redis behind Access",
    rule("hostname: r.example.org", `    service: tcp://r:6379\n    originRequest:\n${ACCESS}`),
  ],
  [
    "one path of a name before the rest of it",
    config(
      `  - { hostname: a.example.org, path: "^/v1", service: "http://b:1" }\n  - { hostname: a.example.org, service: "http://c:1" }\n${CATCH_ALL}`,
    ),
  ],
  ["Go's flags in a path", rule('{ hostname: a.example.org, path: "(?i)^/V1", service: "http://b:1" }')],
  ["desktops behind Access", to("rdp://10.0.0.2", CLOSED)],
  ["what is used twice", `x-a: &a { service: "http_status:404" }\ntunnel: a\ningress: [{ <<: *a }]\n`],
  [
    "options of the command line",
    config(CATCH_ALL, "protocol: quic\nloglevel: info\nretries: 5\nmetrics: a:1\n"),
  ],
  [
    "a name before all names above it",
    config(
      `  - { hostname: a.example.org, service: "http://b:1" }\n  - { hostname: "*.example.org", service: "http://c:1" }\n${CATCH_ALL}`,
    ),
  ],
])("takes %s", (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});

it.each([
  ["no YAML", "ingress: [", "is no YAML"],
  ["a word twice", "tunnel: a\ntunnel: b\n", "is no YAML: Map keys must be unique"],
  ["nothing", "", "is no list of settings"],
  ["a list", "- a\n", "is no list of settings"],
  ["no rules", "tunnel: abc\n", "has no ingress rules"],
  ["an empty list of rules", "ingress: []\n", "has no ingress rules"],
  ["rules that are no list", "ingress: { service: a }\n", "has no ingress rules"],
  ["a text in place of a rule", config(`  - http_status:404\n${CATCH_ALL}`), "ingress rule 1 is no rule"],
  [
    "no catch-all",
    config(JOBS),
    "ingress rule 1 (jobs.example.org) is the last one and must take everything",
  ],
  [
    "a last rule with a path",
    config(`${JOBS}  - { path: /x, service: "http_status:404" }\n`),
    "must take everything",
  ],
  ["a catch-all before others", config(CATCH_ALL + JOBS + CATCH_ALL), "ingress rule 1 takes everything"],
  [
    "a * before others",
    config(`  - { hostname: "*", service: "http://a:1" }\n${CATCH_ALL}`),
    "takes everything",
  ],
  ["a catch-all that leads inside", config('  - service: "http://127.0.0.1:8787"\n'), "must answer a status"],
  [
    "a name twice",
    config(JOBS + JOBS + CATCH_ALL),
    "ingress rule 2 (jobs.example.org) is never asked: rule 1",
  ],
  [
    "a name in other letters twice",
    config(`${JOBS}  - { hostname: JOBS.example.org, service: "http://a:1" }\n${CATCH_ALL}`),
    "is never asked",
  ],
  [
    "a name below one that takes all",
    config(`  - { hostname: "*.example.org", service: "http://a:1" }\n${JOBS}${CATCH_ALL}`),
    "is never asked",
  ],
  [
    "a name with a port",
    rule('{ hostname: "a.example.org:443", service: "http://b:1" }'),
    "a hostname with a port",
  ],
  [
    "a name with a scheme",
    rule('{ hostname: "https://a.example.org", service: "http://b:1" }'),
    "a hostname that is none",
  ],
  ["a * within a name", rule('{ hostname: "a.*.org", service: "http://b:1" }'), "has a * that is not"],
  [
    "a * within a part",
    rule('{ hostname: "*a.example.org", service: "http://b:1" }'),
    "a hostname that is none",
  ],
  ["a number as a name", rule('{ hostname: 7, service: "http://b:1" }'), "has a hostname that is no text"],
  [
    "a path that is no pattern",
    rule('{ hostname: a.example.org, path: "(", service: "http://b:1" }'),
    "no regular expression",
  ],
  ["no service", rule("{ hostname: a.example.org }"), "names no service"],
  ["a service without a scheme", to("127.0.0.1:8787"), "cannot be read"],
  ["a service with a path", to("http://127.0.0.1:8787/v1"), "a service with a path"],
  ["a status that is none", to("http_status:999"), "a number from 100 to 599"],
  [
    "a misspelled word of a rule",
    rule('{ hostname: a.example.org, service: "http://b:1", originrequest: {} }'),
    "has originrequest, which cloudflared does not know",
  ],
  [
    "a misspelled word at the top",
    config(CATCH_ALL, "credentials_file: a\n"),
    "has credentials_file, which cloudflared does not know and passes over: it is written credentials-file",
  ],
  ["a misspelled word of Access", to("http://b:1", "{ access: { requierd: true } }"), "has requierd"],
  [
    "Access at the top",
    config(JOBS + CATCH_ALL, `originRequest:\n${ACCESS}`),
    "originRequest.access at the top is passed over",
  ],
  [
    "a word at the top that is none",
    config(CATCH_ALL, "tunel: a\n"),
    "has tunel, which cloudflared does not",
  ],
  [
    "a word of warp-routing",
    config(CATCH_ALL, "warp-routing: { enabled: true }\n"),
    "warp-routing has enabled",
  ],
  ["a word of a rule for addresses", to("http://b:1", "{ ipRules: [{ prefx: a }] }"), "ipRules[0] has prefx"],
  ["a flag in words", config(CATCH_ALL, 'no-autoupdate: "true"\n'), "no-autoupdate that cannot be read"],
  ["a protocol that is none", config(CATCH_ALL, "protocol: h3\n"), "it is auto, quic or http2"],
  [
    "a list in place of a text",
    config(CATCH_ALL, "tunnel: [a]\n"),
    "tunnel that cannot be read: it is a text",
  ],
  ["a time without a unit", to("http://b:1", "{ connectTimeout: 10 }"), "it is a time, as in 30s"],
  ["a time in words", to("http://b:1", "{ tcpKeepAlive: soon }"), "it is a time, as in 30s"],
  ["a number in words", to("http://b:1", "{ keepAliveConnections: many }"), "it is a whole number"],
  ["TLS that is perhaps verified", to("http://b:1", "{ noTLSVerify: maybe }"), "it is true or false"],
  ["a text that is a list", to("http://b:1", "{ httpHostHeader: [a] }"), "it is a text"],
  [
    "Access that is not asked for",
    to("http://b:1", "{ access: { teamName: t, audTag: [a] } }"),
    "closes nothing",
  ],
  ["Access without a word", to("http://b:1", "{ access: }"), "access is no list of settings"],
  ["a scheme that is none", to("htp://127.0.0.1:8787"), "a scheme that cloudflared does not know, htp://"],
  ["such a scheme behind Access", to("htp://a:1", CLOSED), "a scheme that cloudflared does not know, htp://"],
  ["TCP without a port", to("tcp://127.0.0.1", CLOSED), "without a port, tcp://127.0.0.1"],
  [
    "Access without a team",
    to("http://b:1", "{ access: { required: true, audTag: [a] } }"),
    "needs teamName and audTag",
  ],
])("refuses %s", (_, text, why) => {
  expect(problemsOf(text).join("\n")).toContain(why);
});

const OPEN = "lets everybody in to";

it.each([
  ["tcp", to("tcp://127.0.0.1:6379")],
  ["tcp on another port", to("tcp://10.0.0.2:7000")],
  ["its own scheme", to("redis://127.0.0.1")],
  ["the scheme of HTTP", to("http://127.0.0.1:6379")],
  ["its name inside", to("http://valkey:80")],
  ["its public name", rule('{ hostname: redis.example.org, service: "https://10.0.0.2:443" }')],
  ["a socket", to("unix:/run/redis/redis.sock")],
  ["a proxy to anywhere", to("socks-proxy")],
  ["a bastion", to("bastion")],
  ["a bastion by option", to("http://a:1", "{ bastionMode: true }")],
  ["a bastion for all", config(JOBS + CATCH_ALL, "originRequest: { bastionMode: true }\n")],
  ["ssh", to("ssh://127.0.0.1:22")],
  ["all names at once", rule('{ hostname: "*.example.org", service: "tcp://127.0.0.1:6379" }')],
  [
    "Access that is not required",
    to("tcp://a:6379", "{ access: { required: false, teamName: t, audTag: [a] } }"),
  ],
  [
    "Access required in words",
    to("tcp://a:6379", '{ access: { required: "true", teamName: t, audTag: [a] } }'),
  ],
  ["Access without a tag", to("tcp://a:6379", "{ access: { required: true, teamName: t, audTag: [] } }")],
  [
    "what stands elsewhere in the file",
    `x-a: &a { service: "tcp://a:6379" }\n${rule("{ <<: *a, hostname: a.example.org }")}`,
  ],
  [
    "Access at the top only",
    config(
      `  - { hostname: a.example.org, service: "tcp://a:6379" }\n${CATCH_ALL}`,
      `originRequest:\n${ACCESS}`,
    ),
  ],
])("lets nobody reach Redis, or what is like it, by %s without Access", (_, text) => {
  expect(problemsOf(text).join("\n")).toContain(OPEN);
});
