/** A cluster of Valkey servers on loopback, each with its append-only file and the users of one server. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePorts } from "./ports.ts";
import { ownRedisUsers } from "./redis-users.ts";
import { startValkey, type ValkeyOptions, type ValkeyServer } from "./valkey.ts";

export interface ValkeyCluster {
  /** Those with slots, in their order. */
  readonly servers: readonly ValkeyServer[];
  /** Gives each of them another server that has the same data, and takes its place when it dies. */
  addReplicas(): Promise<ValkeyServer[]>;
  /** All servers in one address, for one of the users of infra/redis/users.acl. */
  urlOf(user: string): string;
  stop(): Promise<void>;
}

export interface ValkeyClusterOptions extends Pick<ValkeyOptions, "prefix" | "pools" | "args"> {
  /** Each server has a folder in it. */
  readonly dir: string;
  readonly servers: number;
  /** How a server is started: as Valkey, unless it shall be Redis. */
  readonly start?: typeof startValkey;
}

const SLOTS = 16_384;
/** Between the port for clients and the one on which servers speak with each other. */
const BUS = 10_000;
/** Servers that are alive go on with what they have while others are away. */
const FLAGS = [
  ...["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"],
  ...["--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0"],
];

/** Starts the servers and gives each the same share of the slots, in order, as `valkey-cli --cluster create` does. */
export async function startValkeyCluster(options: ValkeyClusterOptions): Promise<ValkeyCluster> {
  const { servers: count } = options;
  const ports = await freePorts(2 * count, BUS);
  const all: ValkeyServer[] = [];
  const add = async (): Promise<ValkeyServer> => {
    const server = await startOne(options, all.length, ports[all.length]!);
    all.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((server) => server.stop()));
  };
  const servers: ValkeyServer[] = [];
  try {
    while (servers.length < count) servers.push(await add());
    await introduce(servers);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    servers,
    async addReplicas() {
      const replicas: ValkeyServer[] = [];
      while (replicas.length < servers.length) replicas.push(await add());
      await Promise.all(replicas.map((replica, index) => replicate(replica, servers[index]!)));
      for (const server of all) await knows(server, [`cluster_known_nodes:${all.length}`]);
      return replicas;
    },
    urlOf(user) {
      const login = new URL(servers[0]!.urlOf(user));
      const places = servers.map(({ port }) => `127.0.0.1:${port}`);
      return `redis+cluster://${login.username}:${login.password}@${places.join(",")}`;
    },
    stop,
  };
}

/** One set of passwords for all of them; as owner they log in to each other, to take over slots and data. */
function startOne(
  { dir, args = [], start = startValkey, prefix = "msb", pools = ["default"] }: ValkeyClusterOptions,
  index: number,
  port: number,
): Promise<ValkeyServer> {
  const [first, own] = [join(dir, "server-0"), join(dir, `server-${index}`)];
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const { passwords } = ownRedisUsers(first, { prefix, pools });
  if (own !== first) copyFileSync(join(first, "passwords.json"), join(own, "passwords.json"));
  const login = join(own, "login.conf");
  writeFileSync(login, `masteruser owner\nmasterauth ${passwords.owner}\n`, { mode: 0o600 });
  return start({ dir: own, port, prefix, pools, args: ["--include", login, ...FLAGS, ...args] });
}

/** Gives out the slots, and waits until each server knows that all of them are given out. */
async function introduce(servers: readonly ValkeyServer[]): Promise<void> {
  const clients = servers.map(({ url }) => new Redis(url));
  try {
    for (const [index, client] of clients.entries()) {
      const [first, next] = [index, index + 1].map((each) => Math.ceil((each * SLOTS) / clients.length)) as [
        number,
        number,
      ];
      await client.cluster("SET-CONFIG-EPOCH", index + 1);
      await client.cluster("ADDSLOTSRANGE", first, next - 1);
      await client.cluster("MEET", "127.0.0.1", servers[0]!.port);
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
  const signs = ["cluster_state:ok", `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${servers.length}`];
  for (const server of servers) await knows(server, signs);
}

async function knows({ url }: ValkeyServer, signs: readonly string[]): Promise<void> {
  const client = new Redis(url);
  const isSo = async (): Promise<boolean> => {
    const info = await client.cluster("INFO");
    return signs.every((sign) => info.includes(sign));
  };
  await until(isSo, "the servers did not become a cluster").finally(() => client.disconnect());
}

/** Waits until it has the data, and until all know that it would take over. */
async function replicate(replica: ValkeyServer, of: ValkeyServer): Promise<void> {
  const [own, theirs] = [new Redis(replica.url), new Redis(of.url)];
  try {
    const id = await theirs.cluster("MYID");
    await own.cluster("MEET", "127.0.0.1", of.port);
    await until(async () => String(await own.cluster("NODES")).includes(id), "the servers did not meet");
    await own.cluster("REPLICATE", id);
    await until(
      async () => (await own.info("replication")).includes("master_link_status:up"),
      "a replica did not get the data",
    );
    const name = await own.cluster("MYID");
    await until(
      async () => ((await theirs.cluster("REPLICAS", id)) as string[]).some((row) => row.includes(name)),
      "a server does not know its replica",
    );
  } finally {
    own.disconnect();
    theirs.disconnect();
  }
}

async function until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`${otherwise} in 20 s`);
}
