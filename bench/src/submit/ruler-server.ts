/**
 * A server that does nothing but wait for Redis: what the benchmark finds of it is known beforehand.
 * Arguments: port, address of Redis, every which request waits twice (Infinity = none).
 */
import { createServer } from "node:http";
import { Redis } from "ioredis";

const [port = "", url = "", everyNth = ""] = process.argv.slice(2);
const redis = new Redis(url);
let nth = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    nth += 1;
    void answer(nth % Number(everyNth) === 0 ? 2 : 1);
  });
  const answer = async (trips: number): Promise<void> => {
    for (let trip = 0; trip < trips; trip += 1) await redis.ping();
    response.writeHead(202, { "Content-Length": 2 }).end("{}");
  };
});
server.listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
