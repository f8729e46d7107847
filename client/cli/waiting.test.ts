/** What a person hears who waits for a gateway that says nothing. */
import { channel, subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:net";
import type { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { clientOf, json, type Scripted, sse } from "../test/fake-runtime.ts";
import { systemRuntime } from "../src/runtime.ts";
import { EXIT } from "./exit-codes.ts";
import { runMsb } from "./program.ts";
import { attentive } from "./waiting.ts";

const CONNECTED = "undici:client:connected";
const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";
const RUN = { run_id: ID, status: "succeeded", nodes: [], tags: [], timing: {}, progress: { percent: 100 } };
const WAITS = (seconds: number): string =>
  `Waiting for http://gateway to answer, for ${seconds} s (--timeout). Ctrl-C stops.\n`;

interface Said {
  status: number;
  err: string;
  /** Milliseconds that passed. */
  took: number;
}

async function msb(answers: Scripted[], ...args: string[]): Promise<Said> {
  const { fake } = clientOf(answers);
  const said = { status: 0, err: "", took: 0 };
  const into = (add: (text: string) => void): WriteStream =>
    ({ columns: 80, write: (text: string) => (add(text), true) }) as unknown as WriteStream;
  said.status = await runMsb(args, {
    env: { MSB_URL: "http://gateway" },
    stdin: (async function* () {})(),
    stdout: into(() => undefined),
    stderr: into((text) => (said.err += text)),
    runtime: fake,
    signal: new AbortController().signal,
    now: () => 0,
  });
  return { ...said, took: fake.elapsed() };
}

/** Takes the connection, and says nothing: a process that is stopped, a queue that is full. */
const taken: Scripted = ({ signal }) => {
  channel(CONNECTED).publish({});
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
  });
};

describe("a gateway that", () => {
  it("takes no connection is away after five seconds", async () => {
    const { status, err, took } = await msb(["silence"], "runs", "ls");
    expect([status, took]).toEqual([EXIT.away, 5_000]);
    expect(err).toMatch(
      /^Waiting for .*\nThe gateway at http:\/\/gateway does not answer: nobody answers in/,
    );
  });

  it("takes it and never answers is told of, and away after ten", async () => {
    const { status, err, took } = await msb([taken], "runs", "ls");
    expect([status, took]).toEqual([EXIT.away, 10_000]);
    expect(err.startsWith(WAITS(10))).toBe(true);
    expect(err).toContain("http://gateway does not answer: No answer came within 10 s. Is it running");
  });

  it("is waited for as long as one wants", async () => {
    const long = await msb([taken], "runs", "ls", "--timeout", "90");
    expect([long.status, long.took, long.err.startsWith(WAITS(90))]).toEqual([EXIT.away, 90_000, true]);
    const short = await msb([taken], "--timeout", "1", "run", "speak", "--text", "a");
    expect([short.status, short.took]).toEqual([EXIT.away, 1_000]);
    expect((await msb([], "runs", "ls", "--timeout", "0")).status).toBe(EXIT.usage);
  });

  it("is asked to wait itself is given that time, too", async () => {
    const { status, took } = await msb([taken], "runs", "cancel", ID, "--wait", "60");
    expect([status, took]).toEqual([EXIT.away, 70_000]);
  });

  it("answers at once is not spoken of", async () => {
    expect(await msb([json({ runs: [] })], "runs", "ls")).toMatchObject({
      status: 0,
      err: "There are none.\n",
    });
  });

  it("goes away while a run is watched is asked again, and that is said", async () => {
    const ended = 'id: 1\nevent: run.succeeded\ndata: {"seq":1,"type":"run.succeeded","data":{}}\n\n';
    const answers = [json(RUN), new TypeError("fetch failed"), sse([": here\n\n"]), sse([ended]), json(RUN)];
    const { status, err } = await msb(answers, "runs", "watch", ID);
    expect([status, err]).toEqual([
      0,
      "  The gateway cannot be reached. Asking again …\n  The stream of events ended before the run did. Asking again …\n",
    ]);
  });

  it("stays away so long that watching ends is told with the way back", async () => {
    const answers: Scripted[] = [json(RUN), ...Array<Scripted>(60).fill(new TypeError("fetch failed"))];
    const { status, err } = await msb(answers, "runs", "watch", ID, "--json");
    expect(status).toBe(EXIT.away);
    expect(err).toContain(`The run goes on. Watch it again: msb runs watch ${ID}\n`);
  });
});

it("Node.js says when a connection stands", async () => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = new AbortController();
  const { port } = server.address() as { port: number };
  let isOver = (): void => undefined;
  const heard = new Promise<void>((resolve) => (isOver = resolve));
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    // Two seconds and five are never over here.
    new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
  const runtime = attentive({ runtime: { ...systemRuntime, sleep }, stderr: process.stderr }, "", 10_000);
  subscribe(CONNECTED, isOver);
  const asked = runtime.fetch(`http://127.0.0.1:${port}/`, { signal: stop.signal }).catch(() => "stopped");
  await heard;
  stop.abort();
  expect(await asked).toBe("stopped");
  server.close();
});
