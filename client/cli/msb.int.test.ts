/** `msb` as a process of its own against the real gateway: what it does, what it says, how it ends. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { ApiKey, Overview, Run } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type SeaweedServer, startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, msb as call, msbHere, msbOnTerminal } from "../test/msb.ts";
import { EXIT } from "./exit-codes.ts";

const ESC = "\u001b";
const WORDS = {
  name: "words",
  input: { topic: "Text", tone: "Text?", picture: "Image?", loud: "Boolean?" },
  nodes: [
    { id: "first", type: "generate_script", plane: "node", inputs: { topic: "$input.topic" } },
    { id: "second", type: "generate_script", plane: "node", inputs: { topic: "$first.narration" } },
  ],
  output: { text: "$second.narration" },
};
/** Whose input is nothing that could be typed. */
const NO_GRAPHS = {
  nothing: null,
  list: [WORDS],
  strange: { ...WORDS, input: { topic: 5, "--help": "Text", "a b": "Text" } },
  text: { ...WORDS, input: "topic" },
};
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);
const WRONG_KEY = `msb_01M8N2WKN0J4EFTZNHP29511MD_${"x".repeat(43)}`;

const here = mkdtempSync(join(tmpdir(), "msb-"));
let valkey: ValkeyServer;
let seaweed: SeaweedServer;
/** The one that is asked; the other drives and works. */
let gateway: GatewayServer;
let worker: GatewayServer;
let key: string;

beforeAll(async () => {
  writeFileSync(join(here, "words.json"), JSON.stringify(WORDS));
  for (const [name, graph] of Object.entries(NO_GRAPHS))
    writeFileSync(join(here, `${name}.json`), JSON.stringify(graph));
  writeFileSync(join(here, "me.png"), PNG);
  writeFileSync(join(here, "me.wav"), "RIFF\0\0\0\0WAVEfmt ");
  valkey = await startValkey({ dir: join(here, "redis") });
  seaweed = await startSeaweed({ dir: join(here, "s3") });
  const start = (GATEWAY_ROLES: string): Promise<GatewayServer> =>
    startGateway({
      dir: join(here, GATEWAY_ROLES),
      redisUrl: valkey.urlOf("gateway"),
      s3: seaweed,
      env: { GATEWAY_ROLES, GATEWAY_DRAIN_GRACE_MS: "500" },
    });
  [gateway, worker] = await Promise.all([start("http"), start("http,driver,executor")]);
  const made = spawnSync(
    process.execPath,
    [
      join(ROOT, "gateway/src/entry/nodejs/keys.ts"),
      "create",
      "--owner",
      "ann",
      "--scopes",
      "runs:write,runs:read,operate",
    ],
    { encoding: "utf8", env: { PATH: process.env.PATH, GATEWAY_REDIS_URL: valkey.url } },
  );
  key = made.stdout.trim();
});
afterAll(async () => {
  await gateway?.stop();
  await worker?.stop();
  await seaweed?.stop();
  await valkey?.stop();
  rmSync(here, { recursive: true, force: true });
});

const at = (name: string): string => join(here, name);
const env = (more: Record<string, string> = {}) => ({ MSB_URL: gateway.url, MSB_KEY: key, ...more });
const msb = (...args: string[]): Promise<Ended> => msbHere(args, env());
const json = async <T>(...args: string[]): Promise<T> => {
  const { status, stdout, stderr } = await msb(...args, "--json");
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as T;
};

describe("a run", () => {
  it("is started, watched and fetched in one command, without an escape code in a pipe", async () => {
    const { status, stdout, stderr } = await call(
      ["run", "words.json", "--topic", "why ships float", "--watch"],
      { cwd: here, env: env() },
    );
    expect(status).toBe(0);
    expect(stderr).toContain("second: succeeded");
    expect(stdout).toMatch(/^status +succeeded$/m);
    expect(stdout + stderr).not.toContain(ESC);
    const fetched = await msb(
      "run",
      at("words.json"),
      "--topic",
      "why ships float",
      "--out",
      `text=${at("words.txt")}`,
    );
    expect(fetched).toMatchObject({ status: 0, stdout: "" });
    expect(fetched.stderr).toContain(`text: ${at("words.txt")}`);
    expect(readFileSync(join(here, "words.txt"), "utf8")).toContain("ships");
  });

  it("prints its id alone when nobody watches, takes input from a file and a pipe, and options over both", async () => {
    const input = JSON.stringify({ topic: "bees", tone: "warm" });
    const piped = await call(
      [
        "run",
        "words.json",
        "--input",
        "-",
        "--topic",
        "ships",
        "--tag",
        "a",
        "b",
        "--metadata",
        "who=me",
      ].concat(["--priority", "low"]),
      { cwd: here, env: env(), input },
    );
    expect(piped).toMatchObject({ status: 0, stdout: expect.stringMatching(/^run_\S+\n$/) as string });
    const run = await json<Run>("runs", "show", piped.stdout.trim());
    expect(run).toMatchObject({
      input: { topic: "ships", tone: "warm" },
      tags: ["a", "b"],
      metadata: { who: "me" },
      priority: "low",
    });
    writeFileSync(join(here, "input.json"), input);
    const read = await msb("run", at("words.json"), "--input", at("input.json"), "--watch", "--json");
    expect(JSON.parse(read.stdout)).toMatchObject({ status: "succeeded", input: { topic: "bees" } });
  });

  it("brings the files that options name, and takes them back when the run is refused", async () => {
    const run = await json<Run>(
      "run",
      at("words.json"),
      "--topic",
      "bees",
      "--picture",
      at("me.png"),
      "--no-loud",
      "--watch",
    );
    const { input } = run as unknown as { input: { picture: { file_id: string } } };
    const file_id = expect.stringMatching(/^file_/) as string;
    expect(input).toMatchObject({ topic: "bees", picture: { file_id }, loud: false });
    const refused = await msb("run", at("words.json"), "--topic", "bees", "--picture", at("me.wav"));
    expect(refused).toMatchObject({
      status: EXIT.usage,
      stderr: expect.stringContaining("--picture") as string,
    });
    const files = await fetch(`${gateway.url}/v1/files`, { headers: { authorization: `Bearer ${key}` } });
    expect(await files.json()).toMatchObject({ files: [{ file_id: input.picture.file_id }] });
    expect((await msb("runs", "cancel", run.run_id)).stderr).toContain("has finished");
    expect(await msb("runs", "rm", run.run_id)).toMatchObject({ status: 0 });
    expect((await msb("runs", "show", run.run_id)).status).toBe(EXIT.unknown);
  });

  it("is forked from a node, with another input, and both show it", async () => {
    const source = await json<Run>("run", at("words.json"), "--topic", "bees", "--watch");
    const args = ["runs", "fork", source.run_id, "--from", "second"];
    const run = await json<Run>(...args, "--input", "tone=warm", "--tag", "again", "--watch");
    expect(run).toMatchObject({
      ...{ status: "succeeded", tags: ["again"], input: { topic: "bees", tone: "warm" } },
      forked_from: { run_id: source.run_id, node_id: "second" },
    });
    expect((await msb("runs", "show", run.run_id)).stdout).toMatch(/^first .* taken over$/m);
    expect((await msb("runs", "show", source.run_id)).stdout).toMatch(
      new RegExp(`^forks +${run.run_id}$`, "m"),
    );
    const wrong = await msb("runs", "fork", source.run_id, "--from", "secnd");
    expect([wrong.status, wrong.stderr]).toEqual([
      EXIT.usage,
      expect.stringContaining("Did you mean second?"),
    ]);
    const strange = await msb(...args, "--param", "first.tempo=2");
    expect(strange.stderr).toMatch(/ --param first[. ]tempo/);
  });

  it("goes on when its watcher leaves with Ctrl-C, and fits the terminal meanwhile", async () => {
    await worker.stop();
    const columns = 60;
    const left = await msbOnTerminal(["run", at("words.json"), "--topic", "bees", "--watch"], {
      env: env(),
      columns,
      marker: "· second",
    });
    expect(left.status).toBe(EXIT.stopped);
    const [, id = ""] = /The run goes on\. Watch it again: msb runs watch (\S+)/.exec(left.stdout) ?? [];
    const lines = stripVTControlCharacters(left.stdout).split(/\r?\n/);
    expect(lines.filter((line) => line.includes("░") && [...line].length >= columns)).toEqual([]);
    expect((await msb("runs", "show", id)).stdout).toMatch(/^status +queued$/m);
    await worker.service.start();
    expect(await msb("runs", "watch", id)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^status +succeeded$/m) as string,
    });
  });

  it("is listed in a table that leaves ids whole on a narrow terminal", async () => {
    const [run] = await json<Run[]>("runs", "ls", "--graph", "words", "--limit", "1");
    const listed = await msbOnTerminal(["runs", "ls", "--graph", "words"], { env: env(), columns: 50 });
    expect(listed.stdout).toContain(run!.run_id);
    expect(listed.stdout).not.toContain(ESC);
    const events = await msb("runs", "watch", run!.run_id, "--json");
    const types = events.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types.at(0)).toBe("run.queued");
    expect(types.at(-1)).toBe("run.succeeded");
  });
});

describe("what cannot be done is one sentence and an exit code", () => {
  const large = at("large.png");
  it.each<[string, string[], number, string | RegExp]>([
    ["a graph that nobody knows", ["run", "talking-avatr"], EXIT.unknown, "Did you mean talking-avatar?"],
    ["a graph far from all", ["run", "xyz"], EXIT.unknown, "There are best-take, "],
    ["no graph", ["run"], EXIT.usage, "msb run needs the name of a graph first"],
    ["a flag that is missing", ["run", "upscale-image"], EXIT.usage, "--image is missing."],
    [
      "one of two flags that is missing",
      ["run", "talking-avatar"],
      EXIT.usage,
      "--topic or --text is missing.",
    ],
    ["a flag that the graph has not", ["run", "speak", "--txet", "a"], EXIT.usage, "(Did you mean --text?)"],
    [
      "no number",
      ["run", "talking-avatar", "--topic", "a", "--face", "x"],
      EXIT.usage,
      "--face takes a number",
    ],
    [
      "a file that is not there",
      ["run", "upscale-image", "--image", at("no.png")],
      EXIT.usage,
      /there is no file .*no\.png/,
    ],
    ["a folder", ["run", "upscale-image", "--image", "."], EXIT.usage, ". is a folder"],
    [
      "a file that is too large",
      ["run", "upscale-image", "--image", large],
      EXIT.usage,
      "large.png is too large: it has 21.0 MB, and 21.0 MB",
    ],
    ["bytes of no kind", ["run", "upscale-image", "--image", at("words.json")], EXIT.usage, "kind"],
    [
      "a voice without consent",
      ["run", "speak", "--text", "a", "--voice", at("me.png")],
      EXIT.usage,
      "--voice-consent",
    ],
    ["a folder as --out", ["run", "speak", "--text", "a", "--out", "."], EXIT.usage, "is a folder"],
    [
      "a folder that is not there",
      ["run", "speak", "--text", "a", "--out", "no/a.wav"],
      EXIT.usage,
      "there is no folder no",
    ],
    ["a graph that is nothing", ["run", at("nothing.json")], EXIT.usage, /nothing\.json is no graph/],
    ["a list of graphs", ["run", at("list.json")], EXIT.usage, /list\.json is no graph/],
    ["a graph with strange fields", ["run", at("strange.json")], EXIT.failed, "/graph/input must match"],
    ["a graph without fields", ["run", at("text.json")], EXIT.failed, "/graph/input"],
    [
      "a time that never comes",
      ["run", "speak", "--text", "a", "--end-within", "1e999"],
      EXIT.usage,
      "It must be a number of seconds above 0.",
    ],
    [
      "a key for ever",
      ["keys", "create", "--owner", "a", "--scopes", "operate", "--days", "999999999999"],
      EXIT.usage,
      "It must be at most 36500.",
    ],
    [
      "a scope that nobody knows",
      ["keys", "create", "--owner", "a", "--scopes", "runs:read,all"],
      EXIT.usage,
      "There is no all; allowed are runs:write, runs:read, operate.",
    ],
    ["no JSON", ["run", "speak", "--input", at("me.png")], EXIT.usage, /me\.png is no JSON/],
    ["a run that nobody knows", ["runs", "show", "run_s0_x"], EXIT.unknown, "There is no run run_s0_x"],
    ["a command that nobody knows", ["runs", "lst"], EXIT.usage, "(Did you mean ls?)"],
    [
      "a status that nobody knows",
      ["runs", "ls", "--status", "done"],
      EXIT.usage,
      "Allowed choices are queued",
    ],
    [
      "an address that is none",
      ["runs", "ls", "--url", "ftp://x"],
      EXIT.usage,
      "The gateway's address is as in",
    ],
    [
      "a gateway that is away",
      ["runs", "ls", "--url", "http://127.0.0.1:2"],
      EXIT.away,
      "127.0.0.1:2 does not answer: nobody listens",
    ],
    [
      "a key that is wrong",
      ["runs", "ls", "--key", WRONG_KEY],
      EXIT.refused,
      "The key that was given is not valid",
    ],
    [
      "a key that is none",
      ["runs", "ls", "--key", "secret-of-mine"],
      EXIT.usage,
      "The key is none of MySpinBot",
    ],
    ["a dead letter that nobody knows", ["dead", "show", "dead_s0_1-0"], EXIT.unknown, "dead_s0_1-0"],
  ])("%s", async (_, args, status, said) => {
    writeFileSync(large, "");
    truncateSync(large, 20_971_521);
    const ended = await msbHere(args, { MSB_URL: gateway.url, MSB_KEY: key });
    expect([ended.status, ended.stdout]).toEqual([status, ""]);
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).not.toMatch(/\n\s+at |x{43}|secret-of-mine/);
  });

  it("a key that is needed, and where it is given", async () => {
    const { status, stderr } = await msbHere(["runs", "ls"], env({ MSB_KEY: "" }));
    expect([status, stderr]).toEqual([EXIT.refused, expect.stringContaining("Give a key in MSB_KEY")]);
    writeFileSync(join(here, "key"), `${key}\n`);
    const read = await msbHere(["runs", "ls"], env({ MSB_KEY: "", MSB_KEY_FILE: at("key") }));
    expect(read.status).toBe(0);
  });
});

describe("what cannot be written", () => {
  /** Through a shell that lets a stream lead where nothing can be written. */
  const into = (where: string, args: string[]) => {
    const { stdout, stderr, status } = spawnSync(
      "sh",
      ["-c", `exec "$@" ${where}`, "sh", process.execPath, join(ROOT, "client/cli/msb.mjs"), ...args],
      { encoding: "utf8" },
    );
    return { stdout, stderr, status };
  };

  it("to standard output is said, and is no success", () => {
    expect(into("1</dev/null", ["--help"])).toMatchObject({
      status: EXIT.failed,
      stderr: expect.stringMatching(/^Standard output cannot be written: EBADF/),
    });
  });

  it("to standard error keeps nobody from ending as they would", () => {
    expect(into("2</dev/null", ["--help"])).toMatchObject({
      status: EXIT.done,
      stdout: expect.stringMatching(/^Usage: msb/),
    });
    expect(into("2</dev/null", ["bogus"]).status).toBe(EXIT.usage);
  });

  it("to who reads the progress of a run is left out, and the run is watched to its end", async () => {
    const watched = spawn(
      process.execPath,
      [...[join(ROOT, "client/cli/msb.mjs"), "run", join(here, "words.json")], "--topic", "ships", "--watch"],
      {
        env: { PATH: process.env.PATH, MSB_URL: gateway.url, MSB_KEY: key },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    watched.stderr.destroy();
    const parts: Buffer[] = [];
    watched.stdout.on("data", (part: Buffer) => parts.push(part));
    const [status] = (await once(watched, "close")) as [number];
    expect([status, Buffer.concat(parts).toString()]).toEqual([
      EXIT.done,
      expect.stringMatching(/status +succeeded/),
    ]);
  });
});

it("a gateway that takes the connection and never answers is told of while one waits, until Ctrl-C", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const left = await msbOnTerminal(["runs", "ls", "--url", url, "--timeout", "600"], {
    columns: 100,
    marker: "Ctrl-C stops.",
  });
  silent.close();
  const said = stripVTControlCharacters(left.stdout).replace("^C", "").trim();
  expect([left.status, said]).toEqual([
    EXIT.stopped,
    `Waiting for ${url} to answer, for 600 s (--timeout). Ctrl-C stops.`,
  ]);
});

describe("operators", () => {
  it("make, list and revoke keys, shown once and by themselves", async () => {
    const made = await msb(
      "keys",
      "create",
      "--owner",
      "bob",
      "--scopes",
      "runs:read",
      "--live-runs",
      "3",
      "--days",
      "2",
    );
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^msb_\S+\n$/) as string });
    const [bob] = await json<ApiKey[]>("keys", "ls");
    expect(bob).toMatchObject({ owner: "bob", scopes: ["runs:read"], limits: { live_runs: 3 } });
    const asBob = env({ MSB_KEY: made.stdout.trim() });
    expect((await msbHere(["keys", "ls"], asBob)).status).toBe(EXIT.refused);
    const doctor = await msbHere(["doctor"], asBob);
    expect(doctor.stdout).toMatch(/key +is valid, for runs:read\n/);
    expect(await msb("keys", "revoke", bob!.key_id)).toMatchObject({ status: 0 });
    const scopes = ["runs:read,runs:write", "operate"];
    const carl = await msb("keys", "create", "--owner", "carl", "--scopes", ...scopes);
    expect(carl.stderr).toContain("of carl for runs:read, runs:write, operate.");
    // By its text, which is shown no second time.
    const revoked = await msb("keys", "revoke", carl.stdout.trim());
    expect(revoked).toEqual({ status: 0, stdout: "", stderr: expect.stringMatching(/^\w{26} is revoked/) });
    expect((await msb("keys", "ls")).stdout).not.toContain("bob");
  });

  it("see how much there is of what, and whose bytes are kept", async () => {
    const { storage } = await json<Overview>("overview");
    expect(storage?.owners.map(({ owner }) => owner)).toEqual(["ann"]);
    const { stdout } = await msb("overview");
    expect(stdout).toMatch(/^runs +\d+ succeeded/m);
    expect(stdout).toMatch(/^node +1 +\d+ +\d+ +\d+$/m);
    expect(stdout).toMatch(/^OWNER +BYTES.*\nann +[\d.]+ \w?B +\d+ +.*\n\(all\) /m);
  });

  it("see executors, graphs, webhooks and dead letters as tables", async () => {
    expect((await msb("executors", "ls")).stdout).toMatch(
      /^EXECUTOR +STATUS +PLANE.*\nexec_\S+ +online +node /,
    );
    expect((await msb("graphs", "show", "speak")).stdout).toMatch(
      /^--text +text +What shall be said.*\(needed\)$/m,
    );
    const [, executor = ""] = /^(exec_\S+) /m.exec((await msb("executors", "ls")).stdout) ?? [];
    expect((await msb("executors", "drain", executor)).stderr).toBe(`${executor} is draining.\n`);
    await expect
      .poll(async () => (await msb("executors", "undrain", executor)).stderr)
      .toBe(`${executor} is online.\n`);
    const probed = await msb("executors", "probe", executor);
    expect(probed).toMatchObject({ status: 0, stderr: "" });
    expect(probed.stdout).toMatch(/^NODE TYPE +ENGINE +AVAILABLE +WHY NOT\ngenerate_script +template +yes/);
    const hook = await msb("webhooks", "create", "https://example.org/hook", "--events", "run.failed");
    expect(hook).toMatchObject({ status: 0, stdout: expect.stringMatching(/^whsec_\S+\n$/) as string });
    const none = await msb("webhooks", "create", "https://example.org/hook", "--events", "nonsense");
    expect([none.status, none.stderr.match(/\/events\/0/g)]).toEqual([EXIT.failed, ["/events/0"]]);
    const [, id = ""] =
      /^(hook_\S+) +enabled +https:\/\/example\.org\/hook +run\.failed$/m.exec(
        (await msb("webhooks", "ls")).stdout,
      ) ?? [];
    expect((await msb("webhooks", "rotate", id)).stdout).toMatch(/^whsec_/);
    expect(await msb("webhooks", "deliveries", id)).toEqual({
      status: 0,
      stdout: "",
      stderr: "There are none.\n",
    });
    expect((await msb("webhooks", "rm", id)).status).toBe(0);
    expect(await json("dead", "ls")).toEqual([]);
  });

  it("ask the doctor what is missing, and what it would enable", async () => {
    const well = await msb("doctor");
    expect(well.status).toBe(0);
    expect(well.stdout).toMatch(/^✓ store +ok$/m);
    expect(well.stdout).toMatch(/^✓ generate_script: template +on 1 executor$/m);
    expect(well.stdout).toMatch(/^· talking-avatar +would wait: nobody does .*synthesize_speech/m);
    expect(well.stdout).toContain("A gpu-node does it once it is connected.");
    expect(well.stdout + well.stderr).not.toContain(key);
    expect(well.stdout).toMatch(/^✓ shards +ok$/m);
    const away = await msb("doctor", "--url", "http://127.0.0.1:2");
    expect([away.status, away.stdout]).toEqual([1, expect.stringContaining("✗ gateway")]);
    await seaweed.stop();
    const ill = await msb("doctor");
    expect(ill.status).toBe(1);
    expect(ill.stdout).toMatch(/^✗ store +\S/m);
    expect(ill.stdout).toContain("No film can be stored or fetched");
  });
});
