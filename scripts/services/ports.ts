/** Free loopback ports for servers that cannot say which one they took. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { ServiceError } from "./service.ts";

/** Below the range from which Linux and macOS take the local ports of outgoing connections. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/**
 * Answers ports that nobody else who asks here, or in `gpu-node/tests/services.py`, gets while this process lives:
 * a server often listens seconds after its port was chosen.
 * @param above if given, the ports that lie so much higher are free, too
 */
export async function freePorts(count: number, above = 0): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - above - LOWEST));
    if ((await take(port)) && (above === 0 || (await take(port + above)))) found.push(port);
  }
  return found;
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

async function take(port: number): Promise<boolean> {
  return (await reserve(port)) && (await isFree(port));
}

/** Whether it is ours now: a socket of UDP holds the number, which the system lets go however this process ends. */
function reserve(port: number): Promise<boolean> {
  const holder = createSocket("udp4");
  return new Promise((resolve) => {
    holder.once("error", () => holder.close(() => resolve(false)));
    holder.bind({ port, address: "127.0.0.1", exclusive: true }, () => {
      holder.unref();
      resolve(true);
    });
  });
}

/** Whether nobody listens on that port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** @throws ServiceError that names the first port that is taken. */
export async function assertFree(...ports: number[]): Promise<void> {
  for (const port of ports)
    if (!(await isFree(port)))
      throw new ServiceError(`Port ${port} is taken: stop whatever listens there first.`);
}
