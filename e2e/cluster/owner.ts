/** One server of a cluster, as its owner speaks with it. */
import { Redis } from "ioredis";

/** A connection to one of the servers, and what the others need to call it. */
export interface Owner extends Disposable {
  redis: Redis;
  id: string;
  port: number;
  login: string[];
}

export async function ownerOf(url: string): Promise<Owner> {
  const redis = new Redis(url);
  const { username, password, port } = new URL(url);
  return {
    ...{ redis, port: Number(port), login: ["AUTH2", username, password] },
    id: await redis.cluster("MYID"),
    [Symbol.dispose]: () => redis.disconnect(),
  };
}
