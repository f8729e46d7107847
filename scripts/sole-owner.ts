/** Keeps two commands from using the same folder at the same time. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";

/**
 * Takes the folder for as long as this process lives, made if absent. The owner listens on a loopback port
 * that stands in a file: unlike a process id, an open port cannot outlive its process.
 * @returns false if another process owns it
 */
export async function takeFolder(folder: string): Promise<boolean> {
  const file = join(folder, "owner-port");
  mkdirSync(folder, { recursive: true });
  if (await answers(readPort(file))) return false;
  const server = createServer().unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(file, String((server.address() as AddressInfo).port));
  return true;
}

function readPort(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function answers(port: number | undefined): Promise<boolean> {
  if (port === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
