/** `msb runs fork` against a gateway that shows a run, knows its graph's input, and takes forks or refuses them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WriteStream } from "node:tty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRuntime } from "../../src/runtime.ts";
import { EXIT } from "../exit-codes.ts";
import { runMsb } from "../program.ts";

const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";
const FORK = "run_s0_01M825PKC72TAV63HHBZ5GR8JU";
const node = (node_id: string, attempt = 1): object => ({
  node_id,
  attempt,
  type: "speak",
  status: "succeeded",
});
const RUN = {
  ...{ run_id: ID, graph: "speak", status: "succeeded", progress: {}, timing: {}, tags: [], forks: [FORK] },
  ...{ created_at: "2026-11-30T07:00:00Z", completed_at: "2026-11-30T07:00:01Z" },
  nodes: [node("script"), node("speech"), node("scene.film"), node("late", 0)],
};
const FORKED = {
  ...{ ...RUN, run_id: FORK, status: "queued", forks: [] },
  forked_from: { run_id: ID, node_id: "speech" },
};
const SCHEMA = {
  properties: {
    topic: { "x-type": "Text" },
    face: { "x-type": "Number" },
    lines: { "x-type": "Text[]" },
    portrait: { "x-type": "Image" },
    voice: { "x-type": "Voice" },
  },
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "msb-fork-"));
  for (const name of ["me.jpg", "me.wav"]) writeFileSync(join(dir, name), "bytes");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Said {
  status: number;
  out: string;
  err: string;
  /** Bodies of forks, and other requests that change something. */
  sent: unknown[];
}

interface Gateway {
  isNamed?: boolean;
  /** Of files that are brought. */
  noFile?: Problem;
  problem?: Problem;
}

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: object[];
}

const refusal = (problem: Problem): Response =>
  Response.json(
    { class: "permanent", ...problem },
    { status: problem.status, headers: { "content-type": "application/problem+json" } },
  );

const SHA256_OF_BYTES = "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9";

function answerTo(path: string, method: string, { isNamed = true, noFile, problem }: Gateway): Response {
  if (path.endsWith("/fork")) return problem ? refusal(problem) : Response.json(FORKED, { status: 202 });
  if (path === "/v1/files" && noFile) return refusal(noFile);
  if (path === "/v1/files")
    return Response.json({ file_id: "file_1", sha256: SHA256_OF_BYTES }, { status: 201 });
  if (method === "DELETE") return new Response(null, { status: 204 });
  if (path === "/v1/graphs/speak")
    return isNamed
      ? Response.json({ graph: {}, input_schema: SCHEMA })
      : refusal({ status: 404, code: "not-found", title: "no", detail: "no" });
  return Response.json(path.endsWith(FORK) ? FORKED : RUN);
}

async function msb(args: string[], gateway: Gateway = {}): Promise<Said> {
  const said: Said = { status: 0, out: "", err: "", sent: [] };
  const into = (name: "out" | "err"): WriteStream =>
    ({ columns: 80, write: (text: string) => Boolean((said[name] += text)) }) as unknown as WriteStream;
  said.status = await runMsb(args, {
    env: {},
    stdin: (async function* () {})(),
    stdout: into("out"),
    stderr: into("err"),
    runtime: {
      ...systemRuntime,
      fetch: (url, { method = "GET", body } = {}) => {
        const { pathname } = new URL(String(url));
        if (pathname.endsWith("/fork")) said.sent.push(JSON.parse(body as string));
        else if (method !== "GET") said.sent.push(`${method} ${pathname}`);
        return Promise.resolve(answerTo(pathname, method, gateway));
      },
    },
    signal: new AbortController().signal,
    now: () => Date.parse("2026-11-30T07:00:02Z"),
  });
  return said;
}
const fork = (args: string[], gateway?: Gateway) => msb(["runs", "fork", ID, ...args], gateway);

describe("msb runs fork", () => {
  it("starts a run from a node on, and says its id", async () => {
    const { status, out, err, sent } = await fork(["--from", "speech"]);
    expect([status, out, sent]).toEqual([0, `${FORK}\n`, [{ from_node: "speech", patch: {} }]]);
    expect(err).toBe(`It is queued. Watch it: msb runs watch ${FORK}\n`);
  });

  it("changes input by what the graph takes, uploads files, and takes away what has no value", async () => {
    const typed = [
      "topic=5",
      "face=0.5",
      "lines=a",
      "lines=b=c",
      "voice=amara",
      `portrait=${join(dir, "me.jpg")}`,
    ];
    const { status, sent } = await fork(["--from", "speech", "--input", ...typed, "old=", "--tag", "x"]);
    expect(status).toBe(0);
    expect(sent).toEqual([
      expect.stringMatching(/^POST .v1.files/),
      {
        from_node: "speech",
        patch: {
          input: {
            ...{ topic: "5", face: 0.5, lines: ["a", "b=c"], voice: { name: "amara" } },
            ...{ portrait: { file_id: "file_1" }, old: null },
          },
        },
        tags: ["x"],
      },
    ]);
    const clip = `voice=${join(dir, "me.wav")}`;
    const spoken = await fork(["--from", "speech", "--input", clip, "--consent"]);
    expect(spoken.sent[1]).toMatchObject({
      patch: { input: { voice: { file_id: "file_1", consent: true } } },
    });
    expect((await fork(["--from", "speech", "--input", clip])).err).toContain(
      "--input voice with a file needs --consent",
    );
  });

  it("says which file is not taken, and starts nothing", async () => {
    const portrait = join(dir, "me.jpg");
    const noFile = {
      status: 415,
      code: "unsupported-media-type",
      title: "No",
      detail: "They are no picture.",
    };
    const { status, err, sent } = await fork(["--from", "speech", "--input", `portrait=${portrait}`], {
      noFile,
    });
    expect([status, sent]).toEqual([EXIT.usage, ["POST /v1/files"]]);
    expect(err).toContain(`--input portrait: ${portrait} is not taken. No: They are no picture.`);
  });

  it("takes JSON and texts for a graph that has no name", async () => {
    const { sent } = await fork(["--from", "speech", "--input", "n=5", "t=words", "l=a", "l=2"], {
      isNamed: false,
    });
    expect(sent).toEqual([{ from_node: "speech", patch: { input: { n: 5, t: "words", l: ["a", 2] } } }]);
  });

  it("changes params of nodes, also within graphs", async () => {
    const { sent } = await fork([
      "--from",
      "script",
      "--param",
      "script.seed=2",
      "script.style=",
      "scene.film.tone=warm",
    ]);
    expect(sent).toEqual([
      {
        from_node: "script",
        patch: { params: { script: { seed: 2, style: null }, "scene.film": { tone: "warm" } } },
      },
    ]);
  });

  it.each<[string, string[], string | RegExp]>([
    ["no node", [], "required option '--from <node>' not specified"],
    ["input without a value", ["--input", "topic"], '--input takes name=value, not "topic".'],
    [
      "a param of no node",
      ["--param", "speed=2"],
      '--param takes node.name=value, and "speed" names no node.',
    ],
    [
      "two values for one",
      ["--input", "topic=a", "topic=b"],
      "--input topic takes one value, and was given 2.",
    ],
    ["no number", ["--input", "face=x"], '--input face takes a number, not "x".'],
    [
      "a file that is not there",
      ["--input", "portrait=no.jpg"],
      /--input portrait: there is no file no\.jpg/,
    ],
  ])("refuses %s before anything is sent", async (_, args, said) => {
    const { status, err, sent } = await fork([...(args.length > 0 ? ["--from", "speech"] : []), ...args]);
    expect([status, sent]).toEqual([EXIT.usage, []]);
    expect(err).toMatch(said);
  });

  it("says which nodes there are, which one is near, and of which option the gateway speaks", async () => {
    const unknown = {
      status: 422,
      code: "node-not-found",
      title: "no",
      detail: `${ID} has no node "spech".`,
    };
    const near = await fork(["--from", "spech"], { problem: unknown });
    expect([near.status, near.err]).toEqual([
      EXIT.usage,
      `${ID} has no node "spech". Did you mean speech?\n`,
    ]);
    const idle = { status: 409, code: "node-not-run", title: "no", detail: `"late" has not run in ${ID}.` };
    const far = await fork(["--from", "late"], { problem: idle });
    expect(far.err).toBe(`"late" has not run in ${ID}. These have run: script, speech, scene.film.\n`);
    const errors = [
      { pointer: "/patch/input/topic", detail: "is too long" },
      { pointer: "/patch/params/scene.film/tone", detail: "is no tone" },
    ];
    const wrong = {
      status: 422,
      code: "invalid-input",
      title: "The input does not fit",
      detail: "no",
      errors,
    };
    const portrait = `portrait=${join(dir, "me.jpg")}`;
    const { err, sent } = await fork(["--from", "speech", "--input", portrait], { problem: wrong });
    expect(err).toBe(
      "The input does not fit:\n  --input topic is too long\n  --param scene.film.tone is no tone\n",
    );
    expect(sent.at(-1), "nobody else knows of the file").toBe("DELETE /v1/files/file_1");
  });
});

describe("msb runs show", () => {
  it("shows where a run comes from, and what came of it", async () => {
    expect((await msb(["runs", "show", ID])).out).toMatch(new RegExp(`^forks +${FORK}$`, "m"));
    expect((await msb(["runs", "show", FORK])).out).toMatch(
      new RegExp(`^forked from +${ID} at speech$`, "m"),
    );
  });
});
