/** Makes the folder of a Compose installation: its settings, a file for each secret, and folders for data. */
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownRedisUsers } from "./redis-users.ts";

/** Who the containers run as, and so who may read the secrets. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Mounted by name: an engine would make what is missing as root. */
const DATA = [
  "redis",
  "store",
  "keys",
  "gpu-node",
  "gpu-node-cuda",
  "comfyui/run",
  "comfyui/data",
  "ollama",
  "open-webui",
  "prometheus",
  "grafana",
  "redis-insight",
];
/** Nobody is root in a container; whoever sets up as root gets this one. */
const INSTEAD_OF_ROOT: Owner = { uid: 1000, gid: 1000 };

/**
 * Keeps everything that is there: passwords of running services, and settings that a person has changed.
 * @param folder absolute; made for its owner alone
 * @returns the files, data left out, that was made now
 */
export function setUpCompose(folder: string, who: Owner = me()): string[] {
  const owner = who.uid === 0 ? INSTEAD_OF_ROOT : who;
  const before = new Set(filesUnder(folder));
  const secrets = join(folder, "secrets");
  for (const name of [...DATA.map((part) => join("data", part)), "secrets"])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const { passwords } = ownRedisUsers(secrets, { prefix: "msb", pools: ["default"] });
  for (const [name, text] of Object.entries(secretsFor(passwords))) writeOnce(join(secrets, name), text);
  writeOnce(join(folder, "settings.env"), settingsFor(folder, owner));
  if (who.uid === 0) handOver(folder, owner);
  return filesUnder(folder).filter((file) => !before.has(file));
}

function me(): Owner {
  return { uid: process.getuid?.() ?? INSTEAD_OF_ROOT.uid, gid: process.getgid?.() ?? INSTEAD_OF_ROOT.gid };
}

/** By the names that infra/compose mounts them under. */
function secretsFor(passwords: Readonly<Record<string, string>>): Record<string, string> {
  const random = (bytes: number): string => randomBytes(bytes).toString("hex");
  const login = (user: string): string => `redis://${user}:${passwords[user]}@redis:6379`;
  const pairs = ["owner", "gateway", "pool"].flatMap((role) => [
    [`store_${role}_access_key`, random(10)],
    [`store_${role}_secret_key`, random(20)],
  ]);
  return {
    gateway_redis_url: login("gateway"),
    pool_redis_url: login("pool-default"),
    watcher_passwords: JSON.stringify({ "redis://watcher@redis:6379": passwords.watcher }),
    grafana_password: random(16),
    // Filled in by whoever makes a tunnel; Compose wants the file.
    tunnel_token: "",
    ...(Object.fromEntries(pairs) as Record<string, string>),
  };
}

function settingsFor(folder: string, { uid, gid }: Owner): string {
  return [
    "# Read by docker-compose.yml. docs/running.md names everything that can be set here.",
    `MSB_UID=${uid}`,
    `MSB_GID=${gid}`,
    `MSB_DATA=${join(folder, "data")}`,
    `MSB_SECRETS=${join(folder, "secrets")}`,
    "# Where others find the gateway, as in https://jobs.example.org",
    "# MSB_PUBLIC_URL=",
    "",
  ].join("\n");
}

function writeOnce(file: string, text: string): void {
  if (!existsSync(file)) writeFileSync(file, text, { mode: 0o600 });
}

function handOver(folder: string, { uid, gid }: Owner): void {
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    chownSync(join(folder, entry), uid, gid);
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return files.filter((file) => !file.startsWith(join(folder, "data")));
}
