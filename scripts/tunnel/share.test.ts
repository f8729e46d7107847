/** Sharing with a program that behaves like cloudflared, before a gateway that knows keys. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TunnelError } from "./cloudflared.ts";
import { share } from "./share.ts";

const PUBLIC = "https://four-words-for-tests.trycloudflare.com";
const cloudflared = { path: join(import.meta.dirname, "test", "cloudflared"), version: "2026.8.2" };

let dir: string;
let server: Server;
let gateway: string;
/** By their texts; what the gateway takes. */
let taken: Set<string>;
let needsKey: boolean;
let revoked: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "share-"));
  [taken, needsKey, revoked] = [new Set(), true, []];
  server = createServer((request, response) => {
    const key = request.headers.authorization?.replace("Bearer ", "");
    const mayAsk = key === undefined ? !needsKey : taken.has(key);
    response.writeHead(request.url === "/healthz" || mayAsk ? 200 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

const keys = {
  create: () => {
    taken.add("msb_secret");
    // From the first key on.
    needsKey = true;
    return { id: "ID", text: "msb_secret" };
  },
  revoke: (id: string) => void revoked.push(id),
};

function start(more: Partial<Parameters<typeof share>[0]> = {}) {
  const stopping = new AbortController();
  const said: string[] = [];
  const invited = Promise.withResolvers<string>();
  const say = (text: string): void => {
    said.push(text);
    if (text.includes("BASE=")) invited.resolve(text);
  };
  const ended = share({ cloudflared, gateway, keys, dir, stopped: stopping.signal, say, ...more });
  return { stop: () => stopping.abort(), said, invited: invited.promise, ended };
}

it("prints address, key and a line of curl, each once, and ends with the tunnel closed and the key revoked", async () => {
  const { stop, said, invited, ended } = start();
  const text = await invited;
  expect(text.match(/^BASE=.*$/gm)).toEqual([`BASE=${PUBLIC}`]);
  expect(text.split("msb_secret")).toHaveLength(2);
  expect(text).toContain('curl -s $BASE/v1/runs -H "Authorization: Bearer $KEY"');
  expect(revoked).toEqual([]);
  stop();
  await ended;
  expect([revoked, said.at(-1)]).toEqual([["ID"], "The tunnel is closed and the key revoked."]);
  const log = readFileSync(join(dir, "cloudflared.log"), "utf8");
  // Its own configuration, and the name that the gateway serves.
  const { host } = new URL(gateway);
  const front = /--url (\S+)/.exec(log)?.[1] ?? "";
  expect(log).toContain(
    `--config ${join(dir, "cloudflared.yml")} --no-autoupdate --url ${front} --http-host-header ${host}`,
  );
  await expect(fetch(front)).rejects.toThrow("fetch failed");
  expect(log).toContain("Tunnel server stopped");
});

it("says so when the gateway was open to its machine and is not any more", async () => {
  needsKey = false;
  const { stop, said, invited, ended } = start();
  await invited;
  stop();
  await ended;
  expect(said[0]).toContain("From now on this gateway wants a key from everybody");
});

it("makes no key where no gateway answers", async () => {
  const create = vi.fn(keys.create);
  await expect(start({ gateway: "http://127.0.0.1:1", keys: { ...keys, create } }).ended).rejects.toThrow(
    "No gateway answers at http://127.0.0.1:1",
  );
  expect(create).not.toHaveBeenCalled();
});

it("opens nothing when the gateway does not know the key, and revokes it", async () => {
  const create = () => ({ id: "ID", text: "msb_elsewhere" });
  const { said, ended } = start({ keys: { ...keys, create } });
  await expect(ended).rejects.toThrow("its Redis is another one");
  expect([revoked, said.join().includes("BASE=")]).toEqual([["ID"], false]);
});

it.each([
  ["gets no tunnel", "refused", "failed to request quick Tunnel"],
  ["ends by itself", "dies", "the edge is away"],
])("revokes the key when cloudflared %s", async (_, how, why) => {
  vi.stubEnv("FAKE_CLOUDFLARED", how);
  const { ended } = start();
  await expect(ended).rejects.toThrow(why);
  expect(revoked).toEqual(["ID"]);
});

it("can be stopped while cloudflared has no address yet", async () => {
  vi.stubEnv("FAKE_CLOUDFLARED", "silent");
  const { stop, ended } = start();
  const said = (): string => readFileSync(join(dir, "cloudflared.log"), "utf8");
  await vi.waitFor(() => expect(said()).toContain("Requesting"), { timeout: 20_000 });
  stop();
  await ended;
  expect(revoked).toEqual(["ID"]);
});

it("says how to revoke the key when that failed", async () => {
  const revoke = (): void => {
    throw new TunnelError("Redis is away");
  };
  const { stop, said, invited, ended } = start({ keys: { ...keys, revoke } });
  await invited;
  stop();
  await expect(ended).rejects.toThrow("Redis is away");
  expect(said.at(-1)).toContain("npm run keys -- revoke ID");
});
