/** Finds the description of the route that a request is for. */
import { ROUTES, type Route } from "@myspinbot/contracts/routes.ts";

const BY_PLACE = new Map(Object.values(ROUTES).map((route) => [`${route.method} ${route.path}`, route]));

/** @param pattern as the router has it, with `:name` */
export function routeAt(method: string, pattern: string): Route | undefined {
  const path = pattern.replaceAll(/:(\w+)/g, "{$1}");
  return BY_PLACE.get(`${method === "HEAD" ? "GET" : method} ${path}`);
}
