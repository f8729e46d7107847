import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { ROOT, VENV } from "./binaries.ts";
import { freePort, freePorts } from "./ports.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("gives no port twice, though nobody listens on it yet", async () => {
  const first = await freePort();
  vi.spyOn(Math, "random").mockReturnValueOnce((first - 12_000 + 0.5) / 20_000);
  expect(await freePort()).not.toBe(first);
});

it("leaves to nobody what lies so much above a port, either", async () => {
  const [port = 0] = await freePorts(1, 10_000);
  expect(takenForPython([port, port + 10_000])).toEqual([port, port + 10_000]);
});

/** Those that a test in Python would not get. */
function takenForPython(ports: number[]): number[] {
  const lines = [
    "import services",
    "for port in map(int, sys.argv[1:]):",
    "    try: services._reserve(port)",
    "    except OSError: print(port)",
  ];
  const asked = spawnSync(
    join(VENV, "bin", "python"),
    ["-c", ["import sys", ...lines].join("\n"), ...ports.map(String)],
    { cwd: join(ROOT, "gpu-node", "tests"), encoding: "utf8" },
  );
  expect(asked.stderr).toBe("");
  return asked.stdout.split("\n").filter(Boolean).map(Number);
}
