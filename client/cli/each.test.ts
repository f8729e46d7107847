/** Commands that take several things, against a gateway that has some of them. */
import type { WriteStream } from "node:tty";
import { expect, it } from "vitest";
import { systemRuntime } from "../src/runtime.ts";
import { EXIT } from "./exit-codes.ts";
import { runMsb } from "./program.ts";

interface Refusal {
  status: number;
  code: string;
  detail: string;
}

async function msb(args: string[], refusals: Record<string, Refusal>) {
  const said = { status: 0, err: "", asked: [] as string[] };
  const stderr = { columns: 80, write: (text: string) => Boolean((said.err += text)) };
  said.status = await runMsb(args, {
    env: {},
    stdin: (async function* () {})(),
    stdout: { columns: 80, write: () => true } as unknown as WriteStream,
    stderr: stderr as unknown as WriteStream,
    runtime: {
      ...systemRuntime,
      fetch: (url) => {
        const id = new URL(String(url)).pathname.split("/")[3]!;
        said.asked.push(id);
        const refusal = refusals[id];
        if (refusal === undefined) return Promise.resolve(new Response(null, { status: 204 }));
        const headers = { "content-type": "application/problem+json" };
        const problem = { title: "No", class: "permanent", ...refusal };
        return Promise.resolve(Response.json(problem, { status: refusal.status, headers }));
      },
    },
    signal: new AbortController().signal,
    now: () => 0,
  });
  return said;
}
const GONE = { status: 404, code: "run-not-found", detail: "There is no such run." };
const LIVE = { status: 409, code: "run-not-finished", detail: "It has not ended." };

it.each([
  ["runs rm", "is removed"],
  ["dead redrive", "is put back"],
])(
  "%s goes on behind what it could not do, says which that was, and ends as the first of them",
  async (command, done) => {
    const { status, err, asked } = await msb([...command.split(" "), "a", "b", "c", "d"], {
      b: GONE,
      c: LIVE,
    });
    expect(asked).toEqual(["a", "b", "c", "d"]);
    expect(err).toMatch(
      new RegExp(`^a ${done}\\.\nb: .*no such run.*\nc: .*not ended.*\nd ${done}\\.\n$`, "i"),
    );
    expect(status).toBe(EXIT.unknown);
  },
);

it("does not ask for the others what is refused for all", async () => {
  const FORBIDDEN = { status: 403, code: "missing-scope", detail: "The key may not." };
  const { status, asked, err } = await msb(["runs", "rm", "a", "b"], { a: FORBIDDEN, b: FORBIDDEN });
  expect([status, asked]).toEqual([EXIT.refused, ["a"]]);
  expect(err).toContain("may not");
});

it("says of one alone what is wrong, without its name before it", async () => {
  const { status, err } = await msb(["runs", "rm", "a"], { a: LIVE });
  expect(status).toBe(EXIT.failed);
  expect(err).not.toMatch(/^a:/);
});
