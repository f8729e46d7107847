/** On which TCP ports processes listen: what a stranger on this machine could try. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Listener {
  readonly pid: number;
  readonly port: number;
}

/** Listeners of all processes that descend from `root`, without its own. */
export function listenersBelow(root: number): Listener[] {
  const parents = new Map<number, number>();
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  for (const [, pid, parent] of table.matchAll(/(\d+)\s+(\d+)/g)) parents.set(Number(pid), Number(parent));
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && parent > 0 && (parent === root || descends(parent));
  };
  const found = [...parents.keys()].filter(descends).flatMap(portsOf);
  return found.filter(({ port }, index) => found.findIndex((other) => other.port === port) === index);
}

function portsOf(pid: number): Listener[] {
  const ports = process.platform === "linux" ? portsFromProc(pid) : portsFromLsof(pid);
  return ports.map((port) => ({ pid, port }));
}

const LISTENING = "0A";

function portsFromProc(pid: number): number[] {
  try {
    const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`)));
    const lines = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/net/${name}`, "utf8").split("\n"));
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTENING && sockets.has(`socket:[${fields[9]}]`))
      .map((fields) => Number.parseInt(fields[1]?.split(":")[1] ?? "", 16));
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
