/** What Redis costs a box through an edge: the carrier beside plain TCP, TLS and cloudflared through the same proxy. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@myspinbot/services/ports.ts";
import type { StandIn } from "@myspinbot/stand-in/stand-in.ts";
import { atLeast, toText, verdictText } from "../lib/report.ts";
import { inRounds, valuesOf } from "../lib/rounds.ts";
import { pairedRatio, type Ratio } from "../lib/stats.ts";
import { startHelper } from "../python/processes.ts";

/** Short turns and many of them, so that what else the machine does meets all ways; `times` of what carrier.py says. */
const LOADS = [
  { load: "singles", ms: 0, times: 100, rounds: 30 },
  { load: "batches", ms: 0, times: 10, rounds: 30 },
  { load: "large", ms: 0, times: 2, rounds: 60 },
  { load: "singles", ms: 20, times: 15, rounds: 8 },
  { load: "batches", ms: 20, times: 8, rounds: 10 },
  { load: "large", ms: 20, times: 1, rounds: 60 },
] as const;
const TARGET = 0.8;

/** Seconds: on the clock, and of CPU at either end. */
interface Took {
  readonly clock: number;
  readonly box: number;
  readonly edge: number;
}

interface Row {
  readonly load: string;
  readonly ms: number;
  /** The carrier's rate to that of each other way. */
  readonly rates: Readonly<Record<string, Ratio>>;
  /** To that of plain TCP, had the edge worked for it as much as it does for the carrier. */
  readonly edgeAside: Ratio;
  /** The box's CPU to that with plain TCP. */
  readonly cpu: Ratio;
}

/** Measures each load by turns. */
export async function waysThrough(edge: StandIn): Promise<Row[]> {
  const { plain, tls, carried } = edge.ports;
  const real = await startCloudflared(edge);
  const addresses: Record<string, string> = {
    plain: `redis://127.0.0.1:${plain}`,
    tls: `rediss://127.0.0.1:${tls}`,
    carried: `redis+wss://${edge.host}:${carried}`,
    ...(real ? { cloudflared: `redis://127.0.0.1:${real.port}` } : {}),
  };
  const named = Object.entries(addresses).map((way) => way.join("="));
  const ways = Object.keys(addresses).map((name) => ({ name }));
  const helper = await startHelper(["carrier.py", ...named], {});
  const rows: Row[] = [];
  for (const { load, ms, times, rounds } of LOADS) {
    edge.manners.delayMs = ms;
    const took = await inRounds(ways, rounds, ({ name }) =>
      measure(() => helper.ask(`${name} ${load} ${times}`)),
    );
    rows.push(rowOf(load, ms, (name) => valuesOf(took, name), Object.keys(addresses)));
  }
  edge.manners.delayMs = 0;
  helper.stop();
  real?.stop();
  return rows;
}

/** The edge is this process, which does nothing else meanwhile. */
async function measure(ask: () => Promise<string[]>): Promise<Took> {
  const before = process.cpuUsage();
  const [clock, box] = (await ask()).map(Number);
  const { user, system } = process.cpuUsage(before);
  return { clock: clock!, box: box!, edge: (user + system) / 1e6 };
}

function rowOf(load: string, ms: number, of: (name: string) => Took[], names: string[]): Row {
  const [plain, carried] = [of("plain"), of("carried")];
  const clocks = (took: readonly Took[]): number[] => took.map(({ clock }) => clock);
  const others = names.filter((name) => name !== "carried");
  return {
    ...{ load, ms },
    rates: Object.fromEntries(others.map((name) => [name, pairedRatio(clocks(of(name)), clocks(carried))])),
    edgeAside: pairedRatio(
      plain.map(({ clock, edge }, i) => clock + Math.max(0, carried[i]!.edge - edge)),
      clocks(carried),
    ),
    cpu: pairedRatio(
      carried.map(({ box }) => box),
      plain.map(({ box }) => box),
    ),
  };
}

/** The table's headings and rows. */
export function tableOf(rows: readonly Row[]): { headings: string[]; lines: string[][] } {
  const others = Object.keys(rows[0]?.rates ?? {});
  return {
    headings: [
      "load, one way",
      ...others.map((name) => `of ${name}`),
      "edge aside",
      "CPU",
      "target, of plain",
    ],
    lines: rows.map(({ load, ms, rates, edgeAside, cpu }) => [
      `${load}, ${ms} ms`,
      ...others.map((name) => toText(rates[name]!)),
      // With a delay the edge works by waiting for its end.
      ms === 0 ? toText(edgeAside) : "",
      toText(cpu),
      verdictText(atLeast(rates.plain!, TARGET)),
    ]),
  };
}

/** The real program before the same edge, where CLOUDFLARED_BIN names one. */
async function startCloudflared(edge: StandIn): Promise<{ readonly port: number; stop(): void } | undefined> {
  const program = process.env.CLOUDFLARED_BIN;
  if (!program) return undefined;
  const port = await freePort();
  const from = ["--hostname", `${edge.host}:${edge.ports.carried}`, "--url", `127.0.0.1:${port}`];
  const child = spawn(program, ["access", "tcp", ...from], { stdio: "ignore" });
  const listens = async (): Promise<boolean> => {
    const socket = connect(port, "127.0.0.1");
    const heard = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "close").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return heard;
  };
  while (!(await listens())) {
    if (child.exitCode !== null) throw new Error(`${program} ended`);
    await sleep(20);
  }
  return { port, stop: () => void child.kill() };
}
