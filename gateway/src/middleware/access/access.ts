/** Lets in whoever may ask for a route, and says to it who that is. What a route asks for stands in its description. */
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import type { Route } from "@myspinbot/contracts/routes.ts";
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { ALL_SCOPES, type Caller } from "../../access/caller.ts";
import { identifyCaller, recheckCaller } from "../../access/identify-caller.ts";
import { missingScope, noKey } from "../../access/refusals.ts";
import type { AccessSettings } from "../../access/settings.ts";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Identify } from "../../owner.ts";
import { namesLoopback } from "../loopback/loopback-only.ts";
import { whenThere, type Soon } from "../../soon.ts";
import { keylessOwner } from "../owner.ts";
import { isLocal } from "./is-local.ts";
import { routeAt } from "./route-at.ts";

export interface AccessDeps {
  access: AccessSettings;
  clock: Clock;
  /** Tells callers apart where there are no keys. */
  identify?: Identify;
}

/** A body that took less is as good as there with its head: a key is believed for seconds anyway. */
const SLOW_MS = 1000;
const NOBODY: Caller = { owner: OWNERS.default, scopes: [] };
/** What a key alone gives: it decides who gets in, so a machine without keys must not give it away. */
const KEYS = /^\/v1\/keys(\/|$)/;

/** @throws AppError of whoever may not ask for the route */
export function letIn(c: Context<AppEnv>, deps: AccessDeps): Soon<void> {
  const { clock } = deps;
  const began = clock.elapsed();
  const route = routeAt(c.req.method, c.get("pattern"));
  const isOpen = route ? route.scope === undefined : !c.req.path.startsWith("/v1/");
  return whenThere(isOpen ? NOBODY : whoMay(c, deps, route), (caller) => {
    c.set("caller", caller);
    c.set("owner", caller.owner);
    const recheck = () => recheckCaller(caller, c.get("connect")().apiKeys, clock);
    c.set("recheck", recheck);
    c.set("recheckIfSlow", () => (clock.elapsed() - began > SLOW_MS ? recheck() : undefined));
    c.set("mayOperate", () => mayOperate(c, deps));
  });
}

function whoMay(c: Context<AppEnv>, deps: AccessDeps, route: Route | undefined): Soon<Caller> {
  // Metrics are for whoever watches this machine, too.
  if (route?.scope === "operate" && !c.req.path.startsWith("/v1/") && isLocal(c)) return NOBODY;
  return whenThere(callerOf(c, deps, route), (caller) => {
    if (route?.scope !== undefined && !caller.scopes.includes(route.scope)) throw missingScope(route.scope);
    return caller;
  });
}

function callerOf(c: Context<AppEnv>, deps: AccessDeps, route: Route | undefined): Soon<Caller> {
  const { apiKeys } = c.get("connect")();
  return whenThere(deps.access.required || apiKeys.made(), (hasKeys) => {
    if (!hasKeys) return keyless(c, deps);
    const token = route?.runToken ? c.req.query("token") : undefined;
    return identifyCaller({ authorization: c.req.header("authorization"), token }, apiKeys, deps.clock);
  });
}

function keyless(c: Context<AppEnv>, { identify }: AccessDeps): Caller {
  if (!namesLoopback(c))
    throw new AppError("not-local", "Without API keys this gateway serves loopback only.");
  if (KEYS.test(c.req.path)) throw firstKey();
  return { owner: keylessOwner(identify, c.req.raw), scopes: ALL_SCOPES };
}

function firstKey(): AppError {
  const { detail, code, extensions } = noKey();
  return new AppError(code, `${detail} The first one is made by \`npm run keys -- create\`.`, extensions);
}

/** Whether details of the inside may be shown. */
async function mayOperate(c: Context<AppEnv>, deps: AccessDeps): Promise<boolean> {
  if (isLocal(c)) return true;
  try {
    return (await callerOf(c, deps, undefined)).scopes.includes("operate");
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
