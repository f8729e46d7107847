/** Judges a configuration of cloudflared without cloudflared: whether it can be read, where it leads, who gets in. */
import { parseDocument } from "yaml";
import { hiddenBy, type Named, takesAll, wrongHostname } from "./hostnames.ts";
import { namesRedis, readService } from "./services.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What cloudflared does not know it passes over in silence, which opens what a misspelled word should have closed. */
const RULE = ["hostname", "path", "service", "originRequest"];
const ORIGIN_REQUEST = [
  ..."connectTimeout tlsTimeout tcpKeepAlive noHappyEyeballs keepAliveConnections keepAliveTimeout".split(
    " ",
  ),
  ..."httpHostHeader originServerName matchSNItoHost caPool noTLSVerify disableChunkedEncoding".split(" "),
  ..."bastionMode proxyAddress proxyPort proxyType ipRules http2Origin access".split(" "),
];
const ACCESS = ["required", "teamName", "audTag", "environment"];
/** With a letter in another case or another dash it would be no word at all. */
const TOP = ["tunnel", "credentials-file", "ingress", "originRequest", "warp-routing", "protocol"];

/** @returns everything that is wrong, a sentence each; nothing if all is right */
export function problemsOf(text: string): string[] {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return document.errors.map(({ message }) => `is no YAML: ${message.split("\n")[0]}`);
  const config: unknown = document.toJS();
  if (!isFields(config)) return ["is no list of settings, as in tunnel: and ingress:"];
  const { ingress, originRequest } = config;
  return [
    ...misspelled(config),
    ...originProblems(originRequest, "originRequest"),
    ...(isFields(originRequest) && originRequest.access !== undefined
      ? ["originRequest.access at the top is passed over by cloudflared: it belongs to each rule"]
      : []),
    ...(Array.isArray(ingress) && ingress.length > 0
      ? ingressProblems(ingress, isFields(originRequest) && originRequest.bastionMode === true)
      : ["has no ingress rules: at least one is needed, - service: http_status:404"]),
  ];
}

function ingressProblems(ingress: readonly unknown[], isBastion: boolean): string[] {
  const named = ingress.map(namedOf);
  return ingress.flatMap((rule, index) => {
    const { hostname } = named[index]!;
    const place = `ingress rule ${index + 1}${hostname === "" ? "" : ` (${hostname})`}`;
    if (!isFields(rule)) return [`${place} is no rule, as in - service: http_status:404`];
    return [
      ...unknownWords(rule, RULE, place),
      ...originProblems(rule.originRequest, `${place}: originRequest`),
      ...[...placeProblems(rule, named, index), ...serviceProblems(rule, hostname, isBastion)].map(
        (why) => `${place} ${why}`,
      ),
    ];
  });
}

function placeProblems(rule: Fields, named: readonly Named[], index: number): string[] {
  const found: string[] = [];
  const here = named[index]!;
  for (const word of ["hostname", "path"])
    if (rule[word] !== undefined && typeof rule[word] !== "string")
      found.push(`has a ${word} that is no text`);
  const wrong = wrongHostname(here.hostname);
  if (wrong !== undefined) found.push(wrong);
  if (here.path !== "" && !isPattern(here.path)) found.push("has a path that is no regular expression");
  const isLast = index === named.length - 1;
  if (isLast && !takesAll(here)) found.push("is the last one and must take everything: no hostname, no path");
  if (!isLast && takesAll(here)) found.push("takes everything, so that those after it are never asked");
  const hider = hiddenBy(named, index);
  if (hider !== undefined && !isLast) found.push(`is never asked: rule ${hider + 1} takes what it would`);
  const target = readService(rule.service);
  if (isLast && takesAll(here) && typeof target !== "string" && !target.isStatus)
    found.push("takes every name that leads here and must answer a status, as in http_status:404");
  return found;
}

function serviceProblems(rule: Fields, hostname: string, isBastion: boolean): string[] {
  const target = readService(rule.service);
  if (typeof target === "string") return [target];
  const own = isFields(rule.originRequest) ? rule.originRequest : {};
  const isRaw = target.isRaw || isBastion || own.bastionMode === true || namesRedis(hostname);
  if (!isRaw || target.isStatus || isClosed(own.access)) return [];
  return [
    `lets everybody in to ${String(rule.service)}: it needs originRequest.access with required: true, teamName and audTag`,
  ];
}

function originProblems(origin: unknown, place: string): string[] {
  if (origin === undefined || origin === null) return [];
  if (!isFields(origin)) return [`${place} is no list of settings`];
  const { access } = origin;
  if (access === undefined || access === null) return unknownWords(origin, ORIGIN_REQUEST, place);
  if (!isFields(access)) return [`${place}.access is no list of settings`];
  const isHalf = access.required === true && !isClosed(access);
  return [
    ...unknownWords(origin, ORIGIN_REQUEST, place),
    ...unknownWords(access, ACCESS, `${place}.access`),
    ...(isHalf ? [`${place}.access is required and needs teamName and audTag, a list of tags`] : []),
  ];
}

/** Whether Access is asked for on the rule itself, with all that cloudflared needs to judge its tokens. */
function isClosed(access: unknown): boolean {
  if (!isFields(access) || access.required !== true) return false;
  const { teamName, audTag } = access;
  const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";
  return isText(teamName) && Array.isArray(audTag) && audTag.length > 0 && audTag.every(isText);
}

function unknownWords(fields: Fields, known: readonly string[], place: string): string[] {
  return Object.keys(fields)
    .filter((word) => !known.includes(word))
    .map((word) => `${place} has ${word}, which cloudflared does not know and passes over`);
}

function misspelled(config: Fields): string[] {
  const bare = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, "");
  return Object.keys(config).flatMap((word) => {
    const meant = TOP.find((known) => bare(known) === bare(word));
    return meant === undefined || meant === word ? [] : [`has ${word}, which is written ${meant}`];
  });
}

function namedOf(rule: unknown): Named {
  const text = (word: string): string => (isFields(rule) && typeof rule[word] === "string" ? rule[word] : "");
  return { hostname: text("hostname"), path: text("path") };
}

/** Go's way of writing flags and names of groups is read, too. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text.replaceAll(/\(\?[imsU-]+\)/g, "").replaceAll("(?P<", "(?<")) instanceof RegExp;
  } catch {
    return false;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
