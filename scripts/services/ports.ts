/** Free loopback ports for servers that cannot say which one they took. */
import { createServer } from "node:net";
import { ServiceError } from "./service.ts";

/** Below the range from which Linux and macOS take the local ports of outgoing connections. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/**
 * Answers ports that were free a moment ago; whoever starts a server on one tries again if it was taken.
 * @param above if given, the ports that lie so much higher are free, too
 */
export async function freePorts(count: number, above = 0): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - above - LOWEST));
    if ((await isFree(port)) && (await isFree(port + above))) found.add(port);
  }
  return [...found];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
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
