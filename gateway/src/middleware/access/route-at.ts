/** Finds the description of the route that a request is for. */
import { ROUTES, type Route } from "@myspinbot/contracts/routes.ts";

/** By method and the router's way to say where a path has parameters. */
const BY_PLACE = new Map(
  Object.values(ROUTES).map((route) => [
    `${route.method} ${route.path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    route,
  ]),
);

/** @param pattern as the router has it, with `:name` */
export function routeAt(method: string, pattern: string): Route | undefined {
  return BY_PLACE.get(`${method === "HEAD" ? "GET" : method} ${pattern}`);
}
