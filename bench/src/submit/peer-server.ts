/**
 * The peer as a process: Fastify, its AJV and BullMQ's `add`. It looks for the key in a table, checks the body and adds a
 * job once per Idempotency-Key. Arguments: port, address of Redis, digest of the key.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Queue } from "bullmq";
import fastify from "fastify";

const [port = "", url = "", digest = ""] = process.argv.slice(2);
const { hostname, port: redisPort } = new URL(url);
const queue = new Queue("runs", { connection: { host: hostname, port: Number(redisPort) } });
await queue.waitUntilReady();
const known = new Map([[digest.slice(0, 8), Buffer.from(digest, "hex")]]);

const app = fastify();
const text = { type: "string", maxLength: 10_000 } as const;
const node = {
  type: "object",
  required: ["id", "type", "plane"],
  additionalProperties: false,
  properties: {
    id: { type: "string", pattern: "^[a-z][a-z0-9_]{0,47}$" },
    type: text,
    plane: { type: "string", enum: ["node", "python"] },
    params: { type: "object" },
    inputs: { type: "object" },
  },
} as const;
const graph = {
  type: "object",
  required: ["name", "nodes", "output"],
  additionalProperties: false,
  properties: {
    name: text,
    nodes: { type: "array", maxItems: 200, items: node },
    output: { type: "object" },
  },
} as const;
const body = {
  type: "object",
  required: ["graph"],
  additionalProperties: false,
  properties: { graph, input: { type: "object" }, metadata: { type: "object", additionalProperties: text } },
} as const;

app.post("/v1/runs", { schema: { body } }, async (request, reply) => {
  const key = createHash("sha256").update(String(request.headers.authorization)).digest();
  const found = known.get(key.toString("hex", 0, 4));
  if (!found || !timingSafeEqual(found, key)) return reply.code(401).send({ code: "unauthorized" });
  const job = await queue.add("run", request.body, { jobId: String(request.headers["idempotency-key"]) });
  return reply.code(202).send({ run_id: job.id, status: "queued", created_at: job.timestamp });
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
process.on("SIGTERM", () => process.exit(0));
