/** A process that drives a run of the largest graph as its first: prints the CPU ms that this took. Started with the server's address. */
import { setTimeout as sleep } from "node:timers/promises";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { Redis } from "ioredis";
import { systemClock } from "../../../gateway/src/clock.ts";
import { warmUp } from "../../../gateway/src/driver/warm-up.ts";
import { createCommandClient } from "../../../gateway/src/redis/client.ts";
import { pinWorker } from "../lib/redis-server.ts";
import { createBenchDriver, SILENT } from "./contestants.ts";
import { measureOne } from "./first-drives.ts";
import { createRunFeeder } from "./run-feeder.ts";

const url = process.argv[2]!;
pinWorker(process.pid);
// As a gateway does when it listens.
await warmUp({ clock: systemClock, random: Math.random, logger: SILENT });

const keys = createKeys("bench");
const own = new Redis(url, { protocol: 2 });
const redis = createCommandClient(url);
// Its sweeps have used the connection before a run comes, and what V8 compiles beside has come to its end.
await redis.ping();
await sleep(500);
console.log(await measureOne(createRunFeeder(own, keys), createBenchDriver(redis, keys)));
redis.disconnect();
own.disconnect();
