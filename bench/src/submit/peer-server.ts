/**
 * The peer as a process: Fastify, AJV and BullMQ's `add`, with what ours asks of a request. It looks for the key in a
 * table, checks the body by the validators that AJV makes of our schemas, counts the key's minute in Redis where it is
 * told to (`@fastify/rate-limit`), and adds a job once per Idempotency-Key. Its answer is the job.
 * Arguments: port, address of Redis, digests of the keys, requests per minute of each (0 = no limit).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { validateGraph, validateRunCreate } from "@myspinbot/contracts/validators.js";
import { Queue } from "bullmq";
import fastify from "fastify";
import { Redis } from "ioredis";

const [port = "", url = "", digests = "", perMinute = "0"] = process.argv.slice(2);
const { hostname, port: redisPort } = new URL(url);
const connection = { host: hostname, port: Number(redisPort) };
const queue = new Queue("runs", { connection });
await queue.waitUntilReady();
const known = new Map(digests.split(",").map((digest) => [digest.slice(0, 8), Buffer.from(digest, "hex")]));

declare module "fastify" {
  interface FastifyRequest {
    /** Id of the key that came. */
    key: string;
  }
}

const app = fastify();
app.decorateRequest("key", "");
app.addHook("onRequest", async (request, reply) => {
  const digest = createHash("sha256").update(String(request.headers.authorization)).digest();
  request.key = digest.toString("hex", 0, 4);
  const found = known.get(request.key);
  if (!found || !timingSafeEqual(found, digest)) return reply.code(401).send({ code: "unauthorized" });
});
if (perMinute !== "0")
  await app.register(rateLimit, {
    max: Number(perMinute),
    timeWindow: "1 minute",
    redis: new Redis(connection),
    keyGenerator: ({ key }) => key,
  });

app.setValidatorCompiler(() => (body: RunCreate) => {
  if (typeof body.graph === "string") return validateRunCreate(body);
  return validateRunCreate({ ...body, graph: "inline" }) && validateGraph(body.graph);
});

app.post<{ Body: RunCreate & { graph: Graph } }>(
  "/v1/runs",
  { schema: { body: {} } },
  async (request, reply) => {
    const jobId = String(request.headers["idempotency-key"]);
    const { id, timestamp, data } = await queue.add("run", request.body, { jobId });
    return reply.code(202).send({ run_id: id, status: "queued", created_at: timestamp, ...data });
  },
);
await app.listen({ port: Number(port), host: "127.0.0.1" });
process.on("SIGTERM", () => process.exit(0));
