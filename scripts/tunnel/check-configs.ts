/** Checks configurations by our rules and, where it is on the machine, by cloudflared, and says which was done. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Cloudflared } from "./cloudflared.ts";
import { problemsOf } from "./judge-config.ts";

const PATIENCE_MS = 20_000;

/** @returns what to tell, and whether nothing is wrong */
export function checkConfigs(
  files: readonly string[],
  cloudflared: Cloudflared | undefined,
): { lines: string[]; isRight: boolean } {
  const found = files.map((file) => ({ file, problems: checkOne(file, cloudflared) }));
  const how =
    cloudflared === undefined
      ? "Checked statically only: cloudflared is neither on PATH nor named by CLOUDFLARED_BIN."
      : `Checked statically and by cloudflared ${cloudflared.version} (${cloudflared.path}).`;
  return {
    lines: [
      ...found.flatMap(({ file, problems }) =>
        problems.length === 0 ? [`${file}: right`] : problems.map((problem) => `${file}: ${problem}`),
      ),
      how,
    ],
    isRight: found.every(({ problems }) => problems.length === 0),
  };
}

function checkOne(file: string, cloudflared: Cloudflared | undefined): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return [`cannot be read: ${(error as Error).message}`];
  }
  return [...problemsOf(text), ...(cloudflared ? refusalOf(cloudflared, file) : [])];
}

/** cloudflared says OK on its last line, and warns of words that it does not know. */
function refusalOf({ path }: Cloudflared, file: string): string[] {
  const { status, stdout, stderr, error } = spawnSync(
    path,
    ["tunnel", "--config", file, "ingress", "validate"],
    { encoding: "utf8", timeout: PATIENCE_MS },
  );
  if (error) return [`cloudflared could not be asked: ${error.message}`];
  if (status === 0)
    return [...stdout.matchAll(/line \d+: .+/g)].map(
      ([what]) => `cloudflared passes something over: ${what}`,
    );
  const said = `${stdout}\n${stderr}`.trim().split("\n").at(-1) ?? "";
  return [`cloudflared refuses it: ${said || `it ended with ${status}`}`];
}
