/** On which TCP ports processes listen, what a stranger on this machine could try; and whom they are connected to. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Listener {
  readonly pid: number;
  readonly port: number;
}

/** Listeners of all processes that descend from `root`, without its own. */
export function listenersBelow(root: number): Listener[] {
  const found = below(root).flatMap(portsOf);
  return found.filter(({ port }, index) => found.findIndex((other) => other.port === port) === index);
}

/** Processes that descend from `root`, without it. */
function below(root: number): number[] {
  const parents = new Map<number, number>();
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  for (const [, pid, parent] of table.matchAll(/(\d+)\s+(\d+)/g)) parents.set(Number(pid), Number(parent));
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && parent > 0 && (parent === root || descends(parent));
  };
  return [...parents.keys()].filter(descends);
}

/** IPv4 addresses, each once, to which the process and those below it are connected as clients now; Linux only. */
export function remotesOf(root: number): string[] {
  const own = new Set(listenersBelow(process.pid).map(({ port }) => port));
  const addresses = [root, ...below(root)].flatMap((pid) =>
    rowsOf(pid)
      .filter(([, local = "", , state]) => state === ESTABLISHED && !own.has(portIn(local)))
      .map(([, , remote = ""]) => addressIn(remote)),
  );
  return [...new Set(addresses)].sort();
}

function portsOf(pid: number): Listener[] {
  const ports = process.platform === "linux" ? portsFromProc(pid) : portsFromLsof(pid);
  return ports.map((port) => ({ pid, port }));
}

const LISTENING = "0A";
const ESTABLISHED = "01";

function portsFromProc(pid: number): number[] {
  return rowsOf(pid)
    .filter((fields) => fields[3] === LISTENING)
    .map(([, local = ""]) => portIn(local));
}

const portIn = (place: string): number => Number.parseInt(place.split(":")[1] ?? "", 16);

/** As the system writes it: the bytes of an IPv4 address from the last to the first, also behind the zeros of IPv6. */
function addressIn(place: string): string {
  const bytes = place.split(":")[0]!.slice(-8).match(/../g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join(".");
}

/** Of /proc/net/tcp: slot, local place, remote place, state and more, for the sockets of the process. */
function rowsOf(pid: number): string[][] {
  try {
    const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`)));
    const lines = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/net/${name}`, "utf8").split("\n"));
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => sockets.has(`socket:[${fields[9]}]`));
  } catch {
    // It has just ended.
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

function portsFromLsof(pid: number): number[] {
  try {
    const args = ["-a", "-P", "-n", "-iTCP", "-sTCP:LISTEN", "-p", String(pid), "-Fn"];
    const text = execFileSync("lsof", args, { encoding: "utf8" });
    return [...text.matchAll(/:(\d+)$/gm)].map(([, port]) => Number(port));
  } catch {
    return [];
  }
}
