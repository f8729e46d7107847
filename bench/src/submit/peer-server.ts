/**
 * The peer as a process: Fastify, AJV and BullMQ's `add`, with what ours asks of a request. It looks for the key in a
 * table, checks the body by the validators that AJV makes of our schemas, and adds a job. As a service it has besides
 * what ours has, each as users of Fastify have it: security headers, a request log and metrics of one line and one value
 * per request, each key's minute counted in Redis, and an Idempotency-Key that is refused for another body.
 * Arguments: port, address of Redis, digests of the keys, requests per minute of each ("bare" = none of the besides).
 */
import { createHash, hash, timingSafeEqual } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { validateGraph, validateRunCreate } from "@myspinbot/contracts/validators.js";
import { Queue } from "bullmq";
import fastify, { type FastifyInstance } from "fastify";
import { Redis } from "ioredis";
import { collectDefaultMetrics, Histogram } from "prom-client";

const [port = "", url = "", digests = "", perMinute = ""] = process.argv.slice(2);
const { hostname, port: redisPort } = new URL(url);
const connection = { host: hostname, port: Number(redisPort) };
const queue = new Queue("runs", { connection });
await queue.waitUntilReady();
const isBare = perMinute === "bare";
const known = new Map(digests.split(",").map((digest) => [digest.slice(0, 8), Buffer.from(digest, "hex")]));
const DAY_S = 86_400;

declare module "fastify" {
  interface FastifyRequest {
    /** Id of the key that came. */
    key: string;
  }
}

// One line per request, when it is answered: Fastify alone writes two.
const app = fastify({ logger: !isBare, disableRequestLogging: true });
app.decorateRequest("key", "");
app.addHook("onRequest", async (request, reply) => {
  const digest = createHash("sha256").update(String(request.headers.authorization)).digest();
  request.key = digest.toString("hex", 0, 4);
  const found = known.get(request.key);
  if (!found || !timingSafeEqual(found, digest)) return reply.code(401).send({ code: "unauthorized" });
});
/** Asked before a job is added: the one that the key stands for already, if there is one. */
const repeated = isBare ? async () => undefined : await asService(app);

async function asService(server: FastifyInstance) {
  const redis = new Redis(connection);
  collectDefaultMetrics();
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "HTTP requests.",
    labelNames: ["route", "method", "status"],
  });
  server.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    seconds.observe(
      { route: routeOptions.url ?? "none", method, status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
    request.log.info({ res: reply, responseTime: reply.elapsedTime }, "request completed");
  });
  await server.register(helmet);
  await server.register(rateLimit, {
    max: Number(perMinute),
    timeWindow: "1 minute",
    redis,
    keyGenerator: ({ key }) => key,
  });
  return async (jobId: string, body: unknown): Promise<"same" | "other" | undefined> => {
    const digest = hash("sha256", JSON.stringify(body));
    const before = await redis.set(`idempotency:${jobId}`, digest, "EX", DAY_S, "NX", "GET");
    if (before === null) return undefined;
    return before === digest ? "same" : "other";
  };
}

app.setValidatorCompiler(() => (body: RunCreate) => {
  if (typeof body.graph === "string") return validateRunCreate(body);
  return validateRunCreate({ ...body, graph: "inline" }) && validateGraph(body.graph);
});

app.post<{ Body: RunCreate & { graph: Graph } }>(
  "/v1/runs",
  { schema: { body: {} } },
  async (request, reply) => {
    const jobId = `${request.key}-${String(request.headers["idempotency-key"])}`;
    if ((await repeated(jobId, request.body)) === "other")
      return reply.code(409).send({ code: "idempotency-conflict" });
    const { id, timestamp, data } = await queue.add("run", request.body, { jobId });
    return reply.code(202).send({ run_id: id, status: "queued", created_at: timestamp, ...data });
  },
);
await app.listen({ port: Number(port), host: "127.0.0.1" });
process.on("SIGTERM", () => process.exit(0));
