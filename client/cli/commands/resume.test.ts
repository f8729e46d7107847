/** `msb runs resume` against a gateway that shows a run and takes answers. */
import type { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { systemRuntime } from "../../src/runtime.ts";
import { EXIT } from "../exit-codes.ts";
import { runMsb } from "../program.ts";

const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";
const node = (node_id: string, status: string): object => ({ node_id, status });

interface Said {
  status: number;
  out: string;
  err: string;
  /** What was posted. */
  sent: unknown[];
}

async function resume(nodes: object[], ...args: string[]): Promise<Said> {
  const said: Said = { status: 0, out: "", err: "", sent: [] };
  const into = (name: "out" | "err"): WriteStream =>
    ({ columns: 80, write: (text: string) => Boolean((said[name] += text)) }) as unknown as WriteStream;
  const run = { run_id: ID, status: "waiting", nodes };
  said.status = await runMsb(["runs", "resume", ID, ...args], {
    env: {},
    stdin: (async function* () {})(),
    stdout: into("out"),
    stderr: into("err"),
    runtime: {
      ...systemRuntime,
      fetch: (url, init) => {
        if (init?.method === "POST")
          said.sent.push([new URL(String(url)).pathname, JSON.parse(init.body as string)]);
        return Promise.resolve(Response.json(run, { status: init?.method === "POST" ? 202 : 200 }));
      },
    },
    signal: new AbortController().signal,
    now: () => 0,
  });
  return said;
}

const WAITS = [node("script", "succeeded"), node("approve", "waiting")];
const PATH = `/v1/runs/${ID}/resume`;

describe("msb runs resume", () => {
  it("answers the node that waits, with what goes on in its place", async () => {
    const { status, out, sent } = await resume(WAITS, "--accept", "--value", "script=Bees = dance.");
    const values = { script: "Bees = dance." };
    expect([status, sent]).toEqual([0, [[PATH, { node_id: "approve", decision: "accept", values }]]]);
    expect(out).toBe(`${ID} goes on: approve is accepted.\n`);
    const rejected = await resume(WAITS, "--reject", "--reason", "too long");
    // It may well be the end of the run.
    expect(rejected.out).toBe("approve is rejected.\n");
    expect(rejected.sent).toEqual([[PATH, { node_id: "approve", decision: "reject", reason: "too long" }]]);
  });

  it("asks which, where several wait", async () => {
    const two = [node("a", "waiting"), node("b", "waiting")];
    const { status, err, sent } = await resume(two, "--accept");
    expect([status, sent]).toEqual([EXIT.usage, []]);
    expect(err).toContain("--node: a, b.");
    expect((await resume(two, "--accept", "--node", "b")).sent).toEqual([
      [PATH, { node_id: "b", decision: "accept" }],
    ]);
  });

  it.each([
    [[], "one of --accept and --reject"],
    [["--accept", "--reject"], "one of --accept and --reject"],
    [["--reject", "--value", "a=b"], "--value belongs to --accept"],
    [["--accept", "--reason", "no"], "--reason belongs to --reject"],
    [["--accept", "--value", "=b"], "name=text"],
  ])("sends nothing for %j", async (args, why) => {
    const { status, err, sent } = await resume(WAITS, ...args);
    expect([status, sent]).toEqual([EXIT.usage, []]);
    expect(err).toContain(why);
  });

  it("says when nothing waits", async () => {
    const { status, err } = await resume([node("script", "running")], "--accept");
    expect([status, err]).toEqual([EXIT.failed, expect.stringContaining("waits for no decision")]);
  });
});
