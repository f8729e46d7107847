/** All public routes, in the order of the document. */
import { artifactRoutes } from "./routes/artifact-routes.ts";
import { catalogueRoutes } from "./routes/catalogue-routes.ts";
import { fileRoutes } from "./routes/file-routes.ts";
import type { Route } from "./routes/route.ts";
import { runRoutes } from "./routes/run-routes.ts";
import { serviceRoutes } from "./routes/service-routes.ts";

export const ROUTES: Route[] = [
  ...catalogueRoutes,
  ...runRoutes,
  ...fileRoutes,
  ...artifactRoutes,
  ...serviceRoutes,
];
