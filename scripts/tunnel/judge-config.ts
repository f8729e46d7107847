/** Judges a configuration of cloudflared without cloudflared: whether it can be read, where it leads, who gets in. */
import { parseDocument } from "yaml";
import { hiddenBy, type Named, takesAll, wrongHostname } from "./hostnames.ts";
import { namesRedis, readService } from "./services.ts";
import { isFields, wrongWords, type Fields } from "./words.ts";

/** @returns everything that is wrong, a sentence each; nothing if all is right */
export function problemsOf(text: string): string[] {
  // As cloudflared reads it.
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0)
    return document.errors.map(({ message }) => `is no YAML: ${message.split("\n")[0]}`);
  const config: unknown = document.toJS();
  if (!isFields(config)) return ["is no list of settings, as in tunnel: and ingress:"];
  const { ingress, originRequest } = config;
  return [
    ...wrongWords(config, "TOP", ""),
    ...(isFields(config["warp-routing"])
      ? wrongWords(config["warp-routing"], "WARP_ROUTING", "warp-routing")
      : []),
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
      ...wrongWords(rule, "RULE", place),
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
  const wrong = target.why === undefined ? [] : [target.why];
  if (!isRaw || target.isStatus || isClosed(own.access)) return wrong;
  return [
    ...wrong,
    `lets everybody in to ${String(rule.service)}: it needs originRequest.access with required: true, teamName and audTag`,
  ];
}

function originProblems(origin: unknown, place: string): string[] {
  if (origin === undefined || origin === null) return [];
  if (!isFields(origin)) return [`${place} is no list of settings`];
  const rules = Array.isArray(origin.ipRules) ? origin.ipRules.filter(isFields) : [];
  return [
    ...wrongWords(origin, "ORIGIN_REQUEST", place),
    ...rules.flatMap((rule, index) => wrongWords(rule, "IP_RULE", `${place}.ipRules[${index}]`)),
    ...(Object.hasOwn(origin, "access") ? accessProblems(origin.access, `${place}.access`) : []),
  ];
}

/** Who writes it wants a closed door, and cloudflared opens one that is closed by half. */
function accessProblems(access: unknown, place: string): string[] {
  if (!isFields(access)) return [`${place} is no list of settings`];
  if (access.required === undefined || access.required === null)
    return [...wrongWords(access, "ACCESS", place), `${place} closes nothing without required: true`];
  const isHalf = access.required === true && !isClosed(access);
  return [
    ...wrongWords(access, "ACCESS", place),
    ...(isHalf ? [`${place} is required and needs teamName and audTag, a list of tags`] : []),
  ];
}

/** Whether Access is asked for on the rule itself, with all that cloudflared needs to judge its tokens. */
function isClosed(access: unknown): boolean {
  if (!isFields(access) || access.required !== true) return false;
  const { teamName, audTag } = access;
  const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";
  return isText(teamName) && Array.isArray(audTag) && audTag.length > 0 && audTag.every(isText);
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
