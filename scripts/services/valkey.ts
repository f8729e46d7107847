/** An embedded Valkey or Redis server on loopback, with an append-only file in a given folder. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { redisServer, valkeyServer } from "./binaries.ts";
import { freePort } from "./ports.ts";
import { Service } from "./service.ts";

export interface ValkeyOptions {
  /** Data and log lie here; made if absent. A second start on the same folder finds the data again. */
  readonly dir: string;
  readonly port?: number;
  /** Without a password, for measurements through a wire that is not ours to log in on. */
  readonly open?: boolean;
  /** Added at the end, so they override: `["--appendfsync", "always"]`. */
  readonly args?: readonly string[];
}

export interface ValkeyServer {
  /** With the password. */
  readonly url: string;
  readonly port: number;
  readonly service: Service;
  stop(): Promise<void>;
}

export function startValkey(options: ValkeyOptions): Promise<ValkeyServer> {
  return startServer("valkey", valkeyServer(), options);
}

/** The other server that we support: Redis 8 without modules. */
export function startRedis8(options: ValkeyOptions): Promise<ValkeyServer> {
  return startServer("redis8", redisServer(), options);
}

async function startServer(name: string, command: string, options: ValkeyOptions): Promise<ValkeyServer> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const lock = options.open ? undefined : ownPassword(options.dir);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const service = new Service({
      name,
      command,
      args: [...(lock ? [lock.file] : []), ...flags(port, options.dir), ...(options.args ?? [])],
      logFile: join(options.dir, `${name}.log`),
      isReady: () => answersPing(port, lock?.password),
      readyWithinMs: 20_000,
      stopSignal: "SIGTERM",
      graceMs: 5_000,
    });
    try {
      await service.start();
      const login = lock ? `:${lock.password}@` : "";
      return { url: `redis://${login}127.0.0.1:${port}`, port, service, stop: () => service.stop() };
    } catch (error) {
      // Between choosing a free port and listening on it another process may have taken it.
      const taken = options.port === undefined && service.logTail().includes("Address already in use");
      if (!taken || attempt === 5) throw error;
    }
  }
}

function flags(port: number, dir: string): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    bind: "127.0.0.1",
    dir,
    save: "",
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Made once per folder, in a file of the server's own settings: command lines are for everybody to see. */
function ownPassword(dir: string): { file: string; password: string } {
  const file = join(dir, "password.conf");
  if (!existsSync(file))
    writeFileSync(file, `requirepass ${randomBytes(20).toString("hex")}\n`, { mode: 0o600 });
  const password = readFileSync(file, "utf8").trim().split(" ").at(-1) as string;
  return { file, password };
}

/** False while it still loads its append-only file, which it says in place of PONG. */
function answersPing(port: number, password: string | undefined): Promise<boolean> {
  const login = password === undefined ? "" : `AUTH ${password}\r\n`;
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${login}PING\r\n`));
    let said = "";
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
    socket.on("data", (data) => {
      said += String(data);
      if (said.includes("+PONG") || said.includes("\n-") || said.startsWith("-"))
        done(said.includes("+PONG"));
    });
  });
}
