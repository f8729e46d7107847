/** Servers to measure ours by, each a process of its own: the peer, and one whose round trips are known. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@myspinbot/services/ports.ts";
import { Service } from "@myspinbot/services/service.ts";
import { pinWorker } from "../lib/redis-server.ts";
import { KEYS, MOST_PER_MINUTE, submitTarget, type Contestant, type Place } from "./contestants.ts";

const READY_MS = 30_000;

/** @param isBare without what a service has beside its work, and without limits: key, validation and queue alone */
export function peer(place: Place, isBare: boolean): Promise<Contestant> {
  const authorizations = Array.from(
    { length: KEYS },
    (_, n) => `Bearer peer_${n}23456789abcdef0123456789abcdef`,
  );
  const digests = authorizations.map((text) => createHash("sha256").update(text).digest("hex")).join(",");
  return startServer(place, {
    name: isBare ? "Fastify, ajv, BullMQ add" : "the same as a service with limits",
    file: import.meta.resolve("./peer-server.ts"),
    args: [digests, isBare ? "bare" : String(MOST_PER_MINUTE)],
    authorizations,
  });
}

/** Answers after one round trip to Redis, and every so-manieth request after two. */
export function ruler(place: Place, everyNth: number): Promise<Contestant> {
  const trips = everyNth === Infinity ? 1 : 1 + 1 / everyNth;
  return startServer(place, {
    name: `ruler: ${trips} round trip${trips === 1 ? "" : "s"}`,
    file: import.meta.resolve("./ruler-server.ts"),
    args: [String(everyNth)],
    authorizations: [""],
  });
}

interface Server {
  name: string;
  /** Its address. */
  file: string;
  /** Beside port and address of Redis. */
  args: string[];
  authorizations: readonly string[];
}

async function startServer({ dir, redisUrl }: Place, server: Server): Promise<Contestant> {
  const { name, file, args, authorizations } = server;
  const port = await freePort();
  const folder = join(dir, String(port));
  mkdirSync(folder, { recursive: true });
  const service = new Service({
    name: `server-${port}`,
    command: process.execPath,
    args: [fileURLToPath(file), String(port), redisUrl, ...args],
    logFile: join(folder, "server.log"),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/`)).status > 0,
    readyWithinMs: READY_MS,
    stopSignal: "SIGTERM",
    graceMs: 2_000,
  });
  await service.start();
  pinWorker(service.pid);
  return { name, pid: service.pid, target: submitTarget(port, authorizations), stop: () => service.stop() };
}
