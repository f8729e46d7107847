import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../services/binaries.ts";
import { problemsOf } from "./judge-config.ts";

const OURS = join(ROOT, "tunnel");
const CATCH_ALL = "  - service: http_status:404\n";
const JOBS = "  - hostname: jobs.example.org\n    service: http://127.0.0.1:8787\n";
const ACCESS = "      access: { required: true, teamName: team, audTag: [abc] }\n";
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
    "has credentials_file, which is written credentials-file",
  ],
  ["a misspelled word of Access", to("http://b:1", "{ access: { requierd: true } }"), "has requierd"],
  [
    "Access at the top",
    config(JOBS + CATCH_ALL, `originRequest:\n${ACCESS}`),
    "originRequest.access at the top is passed over",
  ],
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
    "Access at the top only",
    config(
      `  - { hostname: a.example.org, service: "tcp://a:6379" }\n${CATCH_ALL}`,
      `originRequest:\n${ACCESS}`,
    ),
  ],
])("lets nobody reach Redis, or what is like it, by %s without Access", (_, text) => {
  expect(problemsOf(text).join("\n")).toContain(OPEN);
});
